-- The agencies, with the full-time agents each has.
SELECT region, agency, agency_id, fte FROM facts.agencies
