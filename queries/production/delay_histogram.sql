-- Closed cases by the whole days they took, and how many of them passed their norm.
SELECT
    delay,
    sum(closed) AS closed,
    sum(late) AS late
FROM selected
GROUP BY delay
ORDER BY delay
