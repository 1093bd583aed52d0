-- What the published cases can tell, as it is.
SELECT received_known, single_known, fte_known, returns_known, delay_known, rate_known, workload_known
FROM known
