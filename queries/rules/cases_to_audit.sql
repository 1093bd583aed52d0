-- The cases sent back that teach the most: those sent back most often, then those that took longest.
SELECT
    case_id, case_type, return_reason, returns, delay_days
FROM selected
ORDER BY returns DESC NULLS LAST, delay_days DESC NULLS LAST, case_id
LIMIT 20
