-- The cases of an agency in the order in which it finishes them, and until when each waits for documents.
-- The wait is drawn as in course.sql, before any slowdown: that one is the agency's own.
SELECT
    case_id, case_type, received_on, closed_on AS finished_on, status,
    CASE WHEN patience < CASE WHEN returns > 0 THEN $wait_share_returned ELSE $waits END
        THEN received_on + floor(least($longest_delay, $wait_median * exp($wait_sigma * radius * sin(angle))))::INTEGER
    END AS held_until
FROM (
    SELECT
        cases.*,
        sqrt(-2.0 * ln(1.0 - chance(substr(case_id, 2)::BIGINT, 3))) AS radius,
        2.0 * pi() * chance(substr(case_id, 2)::BIGINT, 4) AS angle,
        chance(substr(case_id, 2)::BIGINT, 5) AS patience
    FROM cases
    WHERE agency = $agency
)
ORDER BY finished_on NULLS LAST, case_id
