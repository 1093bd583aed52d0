-- Cases finished in each span before the last day, by days since receipt; of long past spans the near ages alone.
SELECT
    agency, case_type,
    CASE WHEN age > $near THEN 0 ELSE span END AS span,
    age,
    sum(treated)::BIGINT AS ends
FROM (
    SELECT
        agency, case_type, treated,
        ($last_day - closed_on) // $length AS span,
        least(closed_on - received_on, $longest) AS age
    FROM cases
    WHERE received_on <= closed_on AND closed_on <= $last_day AND closed_on > $last_day - $followed
) AS finished
WHERE age < $longest AND (age <= $near OR span < $spans)
GROUP BY ALL
