-- One row: what the published cases can tell.
SELECT
    received AS received_known, single AS single_known, fte AS fte_known,
    returns AS returns_known, delay AS delay_known, rate AS rate_known, workload AS workload_known
FROM facts.known
