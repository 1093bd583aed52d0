-- Cases received and finished, per month, office, type, status, return and age.
SELECT
    month, region, agency, case_type, status, returned, age,
    sum(received)::BIGINT AS received, sum(finished)::BIGINT AS finished,
    sum(received_weight) AS received_weight, sum(finished_weight) AS finished_weight
FROM flows_day
GROUP BY month, region, agency, case_type, status, returned, age
ORDER BY month, agency, case_type, status, returned, age
