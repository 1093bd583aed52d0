-- The days to come on which open cases reach their norm: how many do, how many have a chance told, how many will miss.
SELECT
    received_on + CAST(floor(norm_days) AS INTEGER) AS due_on,
    count(case_id) AS within,
    count(chance) AS told,
    count(CASE WHEN chance > 0.5 THEN 1 END) AS at_risk,
    sum(treated) AS cases,
    coalesce(sum(treated * chance), 0) AS misses
FROM selected
WHERE age_days < floor(norm_days)
GROUP BY due_on
ORDER BY due_on
