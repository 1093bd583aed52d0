-- Sums of every measure of cases, per month, office, type, status, return and age.
SELECT
    month, region, agency, case_type, status, returned, age,
    sum(rows)::BIGINT AS rows, sum(treated)::BIGINT AS treated, sum(closed)::BIGINT AS closed,
    sum(delay_treated)::BIGINT AS delay_treated, sum(delay_sum) AS delay_sum,
    sum(delay_sq) AS delay_sq, sum(late)::BIGINT AS late,
    sum(delay_rows)::BIGINT AS delay_rows, sum(delay_row_sum) AS delay_row_sum,
    sum(rate_rows)::BIGINT AS rate_rows, sum(rate_sum) AS rate_sum,
    sum(workload_rows)::BIGINT AS workload_rows, sum(workload_sum) AS workload_sum,
    sum(returns)::BIGINT AS returns, sum(returns_treated)::BIGINT AS returns_treated,
    sum(returned_treated)::BIGINT AS returned_treated
FROM cases_day
GROUP BY month, region, agency, case_type, status, returned, age
ORDER BY month, agency, case_type, status, returned, age
