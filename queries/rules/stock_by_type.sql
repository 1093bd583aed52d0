-- Open cases per agency and type at the end of the period, their weight, and those received in the last days.
SELECT
    agency,
    case_type,
    sum(open) AS open,
    sum(open_weight) AS open_weight,
    coalesce(sum(open) FILTER (WHERE age = '0-10'), 0) AS young
FROM selected
GROUP BY agency, case_type
ORDER BY agency, case_type
