-- Identical rows without an id, each with its number among them.
SELECT row, row_number() OVER (PARTITION BY content ORDER BY row) AS occurrence
FROM kept
WHERE key IS NULL AND fingerprint IN (
    SELECT fingerprint FROM kept WHERE key IS NULL GROUP BY fingerprint HAVING count(*) > 1
)
