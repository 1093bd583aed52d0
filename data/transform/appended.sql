-- Published and fresh rows together, those of an agent side by side; a fresh row replaces the published one of its id.
SELECT
    case_id, day, received_on, closed_on, agency, region, agent, case_type, status, treated,
    delay_days, documents, returns, return_reason, workload, stated_return_rate, norm_days, weight
FROM fresh
UNION ALL
SELECT
    case_id, day, received_on, closed_on, agency, region, agent, case_type, status, treated,
    delay_days, documents, returns, return_reason, workload, stated_return_rate, norm_days, weight
FROM base.cases
WHERE case_id NOT IN (SELECT case_id FROM fresh)
ORDER BY agency, agent, day, case_id
