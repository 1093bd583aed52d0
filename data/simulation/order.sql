-- The cases that count in the period, an agent's together: finished in it, or received in it and still open.
CREATE OR REPLACE TEMP TABLE ordered AS
SELECT * FROM waiting WHERE day BETWEEN $first AND $last
UNION ALL
SELECT * FROM courses WHERE day BETWEEN $first AND $last
ORDER BY agency, agent, day, number
