-- Cases closed per agency and whole day of delay.
SELECT
    agency,
    delay,
    sum(closed) AS closed
FROM selected
WHERE delay IS NOT NULL
GROUP BY agency, delay
ORDER BY agency, delay
