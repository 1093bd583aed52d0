-- The rows of one list of cases, in its order.
WITH told AS (
    SELECT
        row, case_id, case_type, received_on, closed_on, norm_days, returns, return_reason, documents, agent,
        agency, treated,
        CASE WHEN status = 'open' AND returns > 0 THEN 'returned' ELSE status END AS state,
        coalesce(delay_days, age_days) AS delay,
        CASE WHEN age_days <= norm_days THEN chance END AS chance,
        CASE $part
            WHEN 'open' THEN age IS NOT NULL
            WHEN 'late' THEN overdue
            WHEN 'at_risk' THEN age_days < floor(norm_days) AND chance > 0.5
            WHEN 'returned' THEN returned = '1' AND counted
            WHEN 'closed' THEN status = 'closed' AND counted
            ELSE counted
        END AS shown
    FROM selected
)
SELECT row
FROM told
WHERE shown
ORDER BY row
