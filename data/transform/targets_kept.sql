-- The sound targets; two of one indicator, agency and month are the same target.
SELECT
    rowid AS row,
    concat_ws(chr(31), indicator, coalesce(agency, ''), coalesce(month::VARCHAR, '')) AS key,
    indicator, agency, month, value,
    concat_ws(chr(31), indicator, coalesce(agency, ''), coalesce(month::VARCHAR, ''), value::VARCHAR) AS content,
    hash(indicator, agency, month, value) AS fingerprint
FROM landing.rows
WHERE fault IS NULL
