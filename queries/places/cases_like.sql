-- The cases whose id begins like that, the one that is exactly that first.
SELECT case_id, agency, case_type, status
FROM selected
WHERE starts_with(case_id, $wanted) OR starts_with(case_id, $upper)
ORDER BY case_id
LIMIT 6
