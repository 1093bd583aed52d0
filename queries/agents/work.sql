-- The sums behind a person's indicators, day by day and type by type: every period of theirs is read from it.
SELECT
    day,
    case_type,
    sum(rows) AS rows,
    sum(treated) AS treated,
    sum(closed) AS closed,
    sum(delay_treated) AS delay_treated,
    sum(delay_sum) AS delay_sum,
    sum(delay_sq) AS delay_sq,
    sum(late) AS late,
    sum(returns) AS returns,
    sum(returns_treated) AS returns_treated,
    sum(returned_treated) AS returned_treated
FROM selected
GROUP BY day, case_type
ORDER BY day, case_type
