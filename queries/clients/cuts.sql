-- The coarse bins of one feature.
SELECT bin, low, high, code
FROM selected
WHERE feature = $feature
ORDER BY bin
