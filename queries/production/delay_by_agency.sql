-- Mean delay and return rate of closed cases per agency, the slowest first.
SELECT
    agency,
    sum(closed) AS closed,
    sum(delay_sum) / nullif(sum(delay_treated), 0) AS mean_delay,
    sum(returns) / nullif(CAST(sum(returns_treated) AS DOUBLE), 0) AS return_rate
FROM selected
GROUP BY agency
ORDER BY mean_delay DESC NULLS LAST, agency
