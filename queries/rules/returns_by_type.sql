-- Cases treated and returned per case type.
SELECT
    case_type,
    sum(treated) AS treated,
    sum(returns) AS returns,
    sum(returns_treated) AS returns_treated
FROM selected
GROUP BY case_type
ORDER BY case_type
