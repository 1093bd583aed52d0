-- Cases closed per agency and week, and their delays summed, Mondays as their first day.
SELECT
    agency,
    date_trunc('week', day)::DATE AS week,
    sum(delay_treated) AS closed,
    sum(delay_sum) AS delay_sum
FROM selected
GROUP BY agency, date_trunc('week', day)::DATE
ORDER BY agency, week
