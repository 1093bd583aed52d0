-- The value of one number at each hundredth of the clients that have it.
SELECT rank, value
FROM selected
WHERE feature = $feature
ORDER BY rank
