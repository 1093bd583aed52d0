-- How many rows each list of cases holds, and the cases they stand for.
SELECT
    count(CASE WHEN counted THEN 1 END) AS "all",
    coalesce(sum(CASE WHEN counted THEN treated END), 0) AS treated,
    count(age) AS open,
    coalesce(sum(CASE WHEN age IS NOT NULL THEN treated END), 0) AS stock,
    count(CASE WHEN overdue THEN 1 END) AS late,
    count(CASE WHEN age_days < floor(norm_days) AND chance > 0.5 THEN 1 END) AS at_risk,
    count(CASE WHEN counted AND returned = '1' THEN 1 END) AS returned,
    count(CASE WHEN counted AND status = 'closed' THEN 1 END) AS closed
FROM selected
ORDER BY "all"
