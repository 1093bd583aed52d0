-- Cases treated and closed and their mean delay per case type, the most frequent first.
SELECT
    case_type,
    sum(treated) AS treated,
    sum(closed) AS closed,
    sum(delay_sum) / nullif(sum(delay_treated), 0) AS mean_delay
FROM selected
GROUP BY case_type
ORDER BY closed DESC NULLS LAST, treated DESC NULLS LAST, case_type
