-- Who works where, as the cases show it.
SELECT DISTINCT cases.agent AS agent_id, agencies.agency_id
FROM cases INNER JOIN agencies ON agencies.agency = cases.agency
WHERE cases.agent IS NOT NULL
ORDER BY agent_id, agency_id
