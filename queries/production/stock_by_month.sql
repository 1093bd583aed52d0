-- What came in and what left, month by month: the stock at a month's end is the running difference.
SELECT
    month,
    sum(received) AS inflow,
    sum(finished) AS outflow,
    sum(received_weight) - sum(finished_weight) AS weight_change
FROM selected
GROUP BY month
ORDER BY month
