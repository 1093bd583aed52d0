-- The full-time agents of the agencies; null where one of them does not say.
SELECT CASE WHEN count(agency) = count(fte) THEN sum(fte) END AS fte
FROM selected
ORDER BY fte
