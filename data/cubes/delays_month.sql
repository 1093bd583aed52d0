-- Closed cases per month, office, type, return, age and days taken.
SELECT
    month, region, agency, case_type, status, returned, age, delay,
    sum(closed)::BIGINT AS closed, sum(late)::BIGINT AS late
FROM delays
GROUP BY month, region, agency, case_type, status, returned, age, delay
ORDER BY month, agency, case_type, returned, age, delay
