-- The agents seen in cases, with the types of cases they treated.
SELECT agent AS agent_id, string_agg(case_type, ',' ORDER BY case_type) AS skills, NULL::DOUBLE AS fte
FROM (SELECT DISTINCT agent, case_type FROM cases WHERE agent IS NOT NULL) AS seen
GROUP BY agent
ORDER BY agent_id
