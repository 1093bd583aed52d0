-- Up to 50,000 scored clients and what each feature adds to their score, among whom to look for similar ones.
SELECT client_id, defaulted, model_version, contributions
FROM selected
ORDER BY hash(client_id), client_id
LIMIT 50000
