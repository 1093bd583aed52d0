-- The sums behind every figure, per month, office, type and status: what an export carries.
SELECT
    month, region, agency, case_type, status,
    sum(rows) AS rows,
    sum(treated) AS treated,
    sum(closed) AS closed,
    sum(delay_treated) AS delay_treated,
    sum(delay_sum) AS delay_sum,
    sum(late) AS late,
    sum(returns) AS returns,
    sum(returns_treated) AS returns_treated,
    sum(returned_treated) AS returned_treated,
    sum(delay_rows) AS delay_rows,
    sum(delay_row_sum) AS delay_row_sum,
    sum(rate_rows) AS rate_rows,
    sum(rate_sum) AS rate_sum
FROM selected
GROUP BY month, region, agency, case_type, status
ORDER BY month, region, agency, case_type, status
