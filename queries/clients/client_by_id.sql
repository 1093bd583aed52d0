-- One client as the contract reads it; no row for an id that is not there.
SELECT client_id, applied_on, defaulted, numbers, words
FROM selected
WHERE client_id = $client_id
