-- The agents and where they work, one row for each of their agencies.
SELECT
    agencies.region, agencies.agency, agencies.agency_id, agents.agent_id AS agent, agents.skills,
    agents.fte AS agent_fte
FROM facts.agents AS agents
INNER JOIN facts.agent_agencies AS places ON places.agent_id = agents.agent_id
INNER JOIN facts.agencies AS agencies ON agencies.agency_id = places.agency_id
