-- Why rows were refused, the most frequent reason first.
SELECT "column", reason, count(*) AS rows
FROM (
    SELECT faults."column", faults.reason
    FROM landing.rows INNER JOIN landing.faults ON faults.fault = rows.fault
    UNION ALL
    SELECT '', reason FROM landing.ragged
) AS refused
GROUP BY "column", reason
ORDER BY rows DESC, "column", reason
