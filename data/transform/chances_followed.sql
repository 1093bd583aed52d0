-- The first receipt, the last day and the longest norm of the cases whose receipt is known.
SELECT
    min(received_on) AS first_day,
    max(day) AS last_day,
    max(norm_days) FILTER (WHERE received_on IS NOT NULL) AS longest
FROM cases
