-- Several clients, by id.
SELECT client_id, applied_on, defaulted, numbers, words
FROM selected
WHERE client_id IN (SELECT unnest($client_ids))
ORDER BY client_id
