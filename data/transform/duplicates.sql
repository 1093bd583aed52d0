-- Ids met twice: of identical rows the first is kept, of conflicting rows none.
UPDATE landing.rows SET fault = judged.verdict, refused = judged.key::VARCHAR
FROM (
    SELECT
        row, key,
        CASE
            WHEN min(content) OVER ids <> max(content) OVER ids THEN $different
            WHEN row > min(row) OVER ids THEN $same
        END AS verdict
    FROM kept
    WHERE key IS NOT NULL AND hash(key) IN (
        SELECT hash(key) FROM kept WHERE key IS NOT NULL GROUP BY hash(key) HAVING count(*) > 1
    )
    WINDOW ids AS (PARTITION BY key)
) AS judged
WHERE rows.rowid = judged.row AND judged.verdict IS NOT NULL
