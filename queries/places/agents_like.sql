-- The agents whose id begins like that, each with the first of their agencies and how many they have.
SELECT agent, min(agency) AS agency, count(DISTINCT agency) AS agencies
FROM selected
WHERE starts_with(agent, $wanted) OR starts_with(agent, $upper)
GROUP BY agent
ORDER BY agent
LIMIT 6
