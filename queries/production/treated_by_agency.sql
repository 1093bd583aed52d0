-- Cases treated per agency, for their spread.
SELECT
    agency,
    sum(treated) AS treated
FROM selected
GROUP BY agency
ORDER BY agency
