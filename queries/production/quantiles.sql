-- The whole days by whose end half, and nine tenths, of the closed cases are finished.
WITH counted AS (
    SELECT delay, sum(closed) AS closed FROM selected GROUP BY delay
),
finished AS (
    SELECT
        delay,
        sum(closed) OVER (ORDER BY delay) AS until_then,
        sum(closed) OVER () AS total
    FROM counted
)
SELECT
    coalesce(max(total), 0) AS closed,
    min(delay) FILTER (WHERE 2 * until_then >= total) AS median_delay,
    min(delay) FILTER (WHERE 10 * until_then >= 9 * total) AS p90_delay
FROM finished
ORDER BY closed
