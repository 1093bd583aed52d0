-- How the clients spread over one feature, and how many of those whose outcome is known defaulted.
SELECT bin, low, high, code, clients, known, defaults
FROM selected
WHERE feature = $feature
ORDER BY bin
