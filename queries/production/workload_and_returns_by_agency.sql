-- Workload and return rate per agency; the workload is open cases per full-time agent, else the stated mean.
WITH quality AS (
    SELECT
        agency,
        sum(treated) AS treated,
        sum(closed) AS closed,
        sum(returns) / nullif(CAST(sum(returns_treated) AS DOUBLE), 0) AS return_rate,
        sum(workload_sum) / nullif(sum(workload_rows), 0) AS stated_workload
    FROM selected
    GROUP BY agency
),
standing AS (
    SELECT agency, sum(received_weight) - sum(finished_weight) AS weighted
    FROM flows
    GROUP BY agency
)
SELECT
    quality.agency AS agency,
    treated,
    closed,
    coalesce(CASE WHEN received_known THEN weighted / nullif(fte, 0) END, stated_workload) AS workload,
    return_rate
FROM quality
LEFT JOIN standing ON quality.agency = standing.agency
LEFT JOIN offices ON quality.agency = offices.agency
CROSS JOIN known
ORDER BY quality.agency
