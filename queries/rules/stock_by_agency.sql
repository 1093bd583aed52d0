-- Open cases per agency at the end of the period, their weight and their age, with its full-time agents.
WITH standing AS (
    SELECT
        agency,
        sum(open) AS open,
        sum(open_weight) AS open_weight,
        sum(open) FILTER (WHERE age = '31+') AS old
    FROM selected
    GROUP BY agency
)
SELECT
    offices.agency AS agency,
    region,
    CASE WHEN fte_known THEN fte END AS fte,
    CASE WHEN received_known THEN coalesce(open, 0) END AS open,
    CASE WHEN received_known THEN coalesce(open_weight, 0.0) END AS open_weight,
    CASE WHEN received_known THEN coalesce(old, 0) END AS old
FROM offices
LEFT JOIN standing ON offices.agency = standing.agency
CROSS JOIN known
ORDER BY offices.agency, region
