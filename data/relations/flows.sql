-- What came in and what left, on the day it did: the stock at any date is the difference of their sums.
SELECT
    received_on AS day, date_trunc('month', received_on)::DATE AS month,
    region, agency, agent, case_type, status, returned, age,
    treated AS received, 0 AS finished, treated * weight AS received_weight, 0.0 AS finished_weight
FROM dated
WHERE received_on IS NOT NULL
UNION ALL
SELECT
    closed_on AS day, date_trunc('month', closed_on)::DATE AS month,
    region, agency, agent, case_type, status, returned, age,
    0 AS received, treated AS finished, 0.0 AS received_weight, treated * weight AS finished_weight
FROM dated
WHERE received_on IS NOT NULL AND closed_on IS NOT NULL
