-- Cases sent back per reason, the most frequent first.
SELECT
    return_reason,
    sum(treated) AS returned
FROM selected
GROUP BY return_reason
ORDER BY returned DESC, return_reason
