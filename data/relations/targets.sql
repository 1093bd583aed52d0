-- The targets; agency and region are empty for one that holds for the network.
SELECT
    targets.indicator, coalesce(targets.agency, '') AS agency, coalesce(agencies.region, '') AS region,
    targets.month, targets.value
FROM facts.targets AS targets
LEFT JOIN facts.agencies AS agencies ON agencies.agency = targets.agency
