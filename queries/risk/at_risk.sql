-- The open cases that can still be finished within their norm and more likely will not, the likeliest first.
SELECT case_id, case_type, received_on, age_days, norm_days, chance, returns, return_reason, documents, agent
FROM selected
WHERE age_days < floor(norm_days) AND chance > 0.5
ORDER BY chance DESC NULLS LAST, age_days DESC NULLS LAST, case_id
LIMIT 30
