-- What each agency closes, per case type: its volume and its mix.
SELECT
    agency,
    case_type,
    sum(closed) AS closed
FROM selected
GROUP BY agency, case_type
ORDER BY agency, case_type
