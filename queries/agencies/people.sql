-- Closed cases and the sums behind their mean delay and its spread, per agent and case type.
SELECT
    agent,
    case_type,
    sum(rows) AS rows,
    sum(treated) AS treated,
    sum(closed) AS closed,
    sum(delay_treated) AS delay_treated,
    sum(delay_sum) AS delay_sum,
    sum(delay_sq) AS delay_sq
FROM selected
GROUP BY agent, case_type
ORDER BY agent NULLS LAST, case_type
