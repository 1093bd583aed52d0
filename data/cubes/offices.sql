-- The agencies as they are.
SELECT region, agency, agency_id, fte FROM offices ORDER BY agency
