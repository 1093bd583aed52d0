-- One row: what the cases can tell.
SELECT
    count(*) > 0 AND count(received_on) = count(*) AS received,
    count(*) > 0 AND max(treated) = 1 AS single,
    count(*) > 0 AND NOT EXISTS (
        SELECT 1 FROM (SELECT DISTINCT agency FROM cases) AS seen
        LEFT JOIN agencies ON agencies.agency = seen.agency
        WHERE agencies.fte IS NULL
    ) AS fte,
    count(returns) > 0 AS returns,
    count(delay_days) > 0 AS delay,
    count(stated_return_rate) > 0 AS rate,
    count(workload) > 0 AS workload
FROM cases
