-- How one number spreads within each code of one category, by outcome.
SELECT code, defaulted, clients, p10, p25, p50, p75, p90
FROM selected
WHERE number = $number AND category = $category
ORDER BY code, defaulted
