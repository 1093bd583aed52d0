-- Identical rows without an id, each with its number among them.
SELECT row, row_number() OVER (PARTITION BY content ORDER BY row) AS occurrence
FROM kept
WHERE case_id IS NULL AND fingerprint IN (
    SELECT fingerprint FROM kept WHERE case_id IS NULL GROUP BY fingerprint HAVING count(*) > 1
)
