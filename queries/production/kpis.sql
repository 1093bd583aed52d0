-- The indicators of the selection, in one row; null where the data cannot tell.
WITH total AS (
    SELECT
        coalesce(sum(rows), 0) AS rows,
        coalesce(sum(treated), 0) AS treated,
        coalesce(sum(closed), 0) AS closed,
        sum(delay_sum) / nullif(sum(delay_treated), 0) AS mean_delay,
        sum(late) / nullif(CAST(sum(delay_treated) AS DOUBLE), 0) AS late_share,
        sum(returns) / nullif(CAST(sum(returns_treated) AS DOUBLE), 0) AS return_rate,
        sum(returned_treated) / nullif(CAST(sum(returns_treated) AS DOUBLE), 0) AS returned_share,
        sum(delay_row_sum) / nullif(sum(delay_rows), 0) AS row_mean_delay,
        sum(rate_sum) / nullif(sum(rate_rows), 0) AS row_mean_return_rate
    FROM selected
),
standing AS (
    SELECT
        coalesce(sum(received), 0) - coalesce(sum(finished), 0) AS stock,
        coalesce(sum(received_weight), 0) - coalesce(sum(finished_weight), 0) AS weighted
    FROM flows
),
staff AS (
    SELECT sum(fte) AS fte FROM offices
)
SELECT
    rows, treated, closed, mean_delay, late_share, return_rate,
    CASE WHEN single_known THEN returned_share END AS returned_share,
    row_mean_delay, row_mean_return_rate,
    CASE WHEN received_known THEN stock END AS stock,
    CASE WHEN received_known AND fte_known THEN weighted / nullif(fte, 0) END AS workload_per_fte
FROM total CROSS JOIN standing CROSS JOIN staff CROSS JOIN known
ORDER BY rows
