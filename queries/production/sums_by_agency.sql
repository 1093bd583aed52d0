-- The sums behind the indicators, and those made of them per agency, the slowest first.
SELECT
    agency,
    sum(rows) AS rows,
    sum(treated) AS treated,
    sum(closed) AS closed,
    sum(delay_treated) AS delay_treated,
    sum(delay_sum) AS delay_sum,
    sum(delay_sq) AS delay_sq,
    sum(late) AS late,
    sum(returns) AS returns,
    sum(returns_treated) AS returns_treated,
    sum(returned_treated) AS returned_treated,
    sum(delay_sum) / nullif(sum(delay_treated), 0) AS mean_delay,
    sum(late) / nullif(CAST(sum(delay_treated) AS DOUBLE), 0) AS late_share,
    sum(returns) / nullif(CAST(sum(returns_treated) AS DOUBLE), 0) AS return_rate
FROM selected
GROUP BY agency
ORDER BY mean_delay DESC NULLS LAST, agency
