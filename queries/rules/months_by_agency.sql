-- Cases closed and returned per month and agency.
SELECT
    month,
    agency,
    sum(closed) AS closed,
    sum(delay_treated) AS delay_treated,
    sum(delay_sum) AS delay_sum,
    sum(returns) AS returns,
    sum(returns_treated) AS returns_treated,
    sum(returned_treated) AS returned
FROM selected
GROUP BY month, agency
ORDER BY month, agency
