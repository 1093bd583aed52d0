-- The agencies, with the full-time agents each has.
SELECT agency_id, agency, region, fte
FROM selected
ORDER BY agency, agency_id
