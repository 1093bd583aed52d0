-- Cases open at the end of each span, by days since receipt; of the settled ones, how many passed their norm.
WITH lives AS (
    SELECT
        agency, case_type, norm_days, floor(norm_days)::BIGINT AS norm, treated,
        $last_day - received_on AS received,
        $last_day - coalesce(closed_on, $last_day + 1) AS finished
    FROM cases
    WHERE
        received_on <= $last_day AND coalesce(closed_on, $last_day + 1) > $last_day - $followed
        AND (closed_on >= received_on OR (closed_on IS NULL AND status = 'open'))
),
open_then AS (
    SELECT
        agency, case_type, norm_days, norm, treated, received, finished,
        unnest(generate_series(
            greatest((finished + $length) // $length, 0), least(received // $length, $followed // $length)
        )) AS span
    FROM lives
    WHERE received // $length >= (finished + $length) // $length
)
SELECT
    agency, case_type, norm_days, span, received - span * $length AS age,
    sum(treated)::BIGINT AS standing,
    coalesce(sum(treated) FILTER (WHERE received >= norm), 0)::BIGINT AS settled,
    coalesce(sum(treated) FILTER (WHERE received >= norm AND received - finished > norm), 0)::BIGINT AS late
FROM open_then
WHERE span IN (0, $spans) OR received - span * $length <= $near
GROUP BY ALL
