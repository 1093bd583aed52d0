-- Cases treated and closed and their mean delay, month by month.
SELECT
    month,
    sum(treated) AS treated,
    sum(closed) AS closed,
    sum(delay_sum) / nullif(sum(delay_treated), 0) AS mean_delay
FROM selected
GROUP BY month
ORDER BY month
