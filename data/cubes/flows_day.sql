-- Cases received and finished, per day, office, type, status, return and age.
SELECT
    day, month, region, agency, case_type, status, returned, age,
    sum(received)::BIGINT AS received, sum(finished)::BIGINT AS finished,
    sum(received_weight) AS received_weight, sum(finished_weight) AS finished_weight
FROM flows
GROUP BY day, month, region, agency, case_type, status, returned, age
ORDER BY day, agency, case_type, status, returned, age
