-- Every closed case with a delay: the days it took, the one begun counted whole.
SELECT
    day, date_trunc('month', day)::DATE AS month, region, agency, agent, case_type, status, returned, age,
    ceil(delay_days)::BIGINT AS delay,
    treated AS closed,
    CASE WHEN delay_days > norm_days THEN treated ELSE 0 END AS late
FROM dated
WHERE status = 'closed' AND delay_days IS NOT NULL
