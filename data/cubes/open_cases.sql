-- Cases open at the end of each month and of the last day, per office, type, status, return and age.
WITH ends AS (
    SELECT DISTINCT least(last_day(month), $as_of) AS as_of FROM cases_month WHERE month <= $as_of
),
spans AS (
    SELECT
        received_on, closed_on, region, agency, case_type, status, returned, treated, treated * weight AS weighted,
        unnest(generate_series(
            date_trunc('month', received_on),
            date_trunc('month', least(coalesce(closed_on, $as_of), $as_of)),
            INTERVAL 1 MONTH
        ))::DATE AS month
    FROM dated
    WHERE received_on <= $as_of
),
standing AS (
    SELECT
        ends.as_of, spans.region, spans.agency, spans.case_type, spans.status, spans.returned,
        CASE
            WHEN ends.as_of - spans.received_on <= 10 THEN '0-10'
            WHEN ends.as_of - spans.received_on <= 20 THEN '11-20'
            WHEN ends.as_of - spans.received_on <= 30 THEN '21-30'
            ELSE '31+'
        END AS age,
        spans.treated, spans.weighted
    FROM spans
    INNER JOIN ends ON spans.month = date_trunc('month', ends.as_of)
    WHERE spans.received_on <= ends.as_of AND (spans.closed_on IS NULL OR spans.closed_on > ends.as_of)
)
SELECT
    as_of, region, agency, case_type, status, returned, age,
    sum(treated)::BIGINT AS open, sum(weighted) AS open_weight
FROM standing
GROUP BY as_of, region, agency, case_type, status, returned, age
ORDER BY as_of, agency, case_type, status, returned, age
