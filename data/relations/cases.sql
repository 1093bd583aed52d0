-- Every row of cases with its measures.
SELECT
    day, date_trunc('month', day)::DATE AS month, region, agency, agent, case_type, status, returned, age,
    1 AS rows,
    treated,
    CASE WHEN status = 'closed' THEN treated ELSE 0 END AS closed,
    CASE WHEN status = 'closed' AND delay_days IS NOT NULL THEN treated ELSE 0 END AS delay_treated,
    CASE WHEN status = 'closed' THEN coalesce(delay_days * treated, 0.0) ELSE 0.0 END AS delay_sum,
    CASE WHEN status = 'closed' THEN coalesce(delay_days * delay_days * treated, 0.0) ELSE 0.0 END AS delay_sq,
    CASE WHEN status = 'closed' AND delay_days > norm_days THEN treated ELSE 0 END AS late,
    CASE WHEN delay_days IS NOT NULL THEN 1 ELSE 0 END AS delay_rows,
    coalesce(delay_days, 0.0) AS delay_row_sum,
    CASE WHEN stated_return_rate IS NOT NULL THEN 1 ELSE 0 END AS rate_rows,
    coalesce(stated_return_rate, 0.0) AS rate_sum,
    CASE WHEN workload IS NOT NULL THEN 1 ELSE 0 END AS workload_rows,
    coalesce(workload, 0.0) AS workload_sum,
    coalesce(returns, 0) AS returns,
    CASE WHEN returns IS NOT NULL THEN treated ELSE 0 END AS returns_treated,
    CASE WHEN returns > 0 THEN treated ELSE 0 END AS returned_treated
FROM dated
