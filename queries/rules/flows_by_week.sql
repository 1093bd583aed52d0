-- Cases received and finished per agency and week, Mondays as their first day.
SELECT
    agency,
    date_trunc('week', day)::DATE AS week,
    sum(received) AS received,
    sum(finished) AS finished
FROM selected
GROUP BY agency, date_trunc('week', day)::DATE
ORDER BY agency, week
