-- What the period leaves unfinished; an open case has been placed on the day of its receipt.
CREATE OR REPLACE TEMP TABLE waiting AS
SELECT * FROM waiting WHERE day > $last
UNION ALL
SELECT * FROM courses WHERE day > $last
