-- The sums behind the indicators, from which differences and their errors are worked out.
SELECT
    coalesce(sum(rows), 0) AS rows,
    coalesce(sum(treated), 0) AS treated,
    coalesce(sum(closed), 0) AS closed,
    coalesce(sum(delay_treated), 0) AS delay_treated,
    coalesce(sum(delay_sum), 0) AS delay_sum,
    coalesce(sum(delay_sq), 0) AS delay_sq,
    coalesce(sum(late), 0) AS late,
    coalesce(sum(returns), 0) AS returns,
    coalesce(sum(returns_treated), 0) AS returns_treated,
    coalesce(sum(returned_treated), 0) AS returned_treated
FROM selected
ORDER BY treated
