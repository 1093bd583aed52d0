-- The cases that count in the period, in order: finished in it, or received in it and still open at the end.
CREATE OR REPLACE TEMP TABLE ordered AS
SELECT * FROM waiting WHERE day BETWEEN $first AND $last
UNION ALL
SELECT * FROM courses WHERE day BETWEEN $first AND $last
ORDER BY day, number
