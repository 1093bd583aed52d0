-- Closed cases and the sums behind their mean delay and its spread, week by week; a week starts on Monday.
SELECT
    date_trunc('week', day)::DATE AS week,
    sum(closed) AS closed,
    sum(delay_treated) AS delay_treated,
    sum(delay_sum) AS delay_sum,
    sum(delay_sq) AS delay_sq
FROM selected
GROUP BY date_trunc('week', day)::DATE
ORDER BY week
