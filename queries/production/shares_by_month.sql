-- Share past the norm and return rate, month by month.
SELECT
    month,
    sum(late) / nullif(CAST(sum(delay_treated) AS DOUBLE), 0) AS late_share,
    sum(returns) / nullif(CAST(sum(returns_treated) AS DOUBLE), 0) AS return_rate
FROM selected
GROUP BY month
ORDER BY month
