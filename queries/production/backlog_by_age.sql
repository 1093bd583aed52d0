-- Cases open at the end of the period, by days since receipt.
SELECT
    age,
    sum(open) AS stock
FROM selected
GROUP BY age
ORDER BY age
