-- The agents and where they work, one row for each of their agencies.
SELECT agent, agency_id, agency, region, skills, agent_fte
FROM selected
ORDER BY agent, agency
