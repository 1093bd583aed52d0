-- Cases received in each span before the last day.
SELECT agency, case_type, ($last_day - received_on) // $length AS span, sum(treated)::BIGINT AS arrivals
FROM cases
WHERE
    received_on <= $last_day AND received_on > $last_day - $followed
    AND (closed_on >= received_on OR (closed_on IS NULL AND status = 'open'))
GROUP BY ALL
