-- Some clients with a known outcome, to be drawn as points.
SELECT client_id, defaulted, numbers, words
FROM selected
ORDER BY client_id
