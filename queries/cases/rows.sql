-- Some cases by their rows in the version of the data, as a list shows them.
SELECT
    row, case_id, case_type,
    CASE WHEN status = 'open' AND returns > 0 THEN 'returned' ELSE status END AS state,
    received_on, closed_on, coalesce(delay_days, age_days) AS delay, norm_days,
    CASE WHEN age_days <= norm_days THEN chance END AS chance, returns, return_reason, documents, agent, agency,
    treated
FROM selected
WHERE row IN (SELECT unnest($rows))
ORDER BY row
