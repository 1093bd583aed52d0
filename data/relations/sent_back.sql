-- Every row of cases that was sent back, and why.
SELECT
    case_id, day, region, agency, agent, case_type, status, returned, age, return_reason, treated, returns, delay_days
FROM dated
WHERE returns > 0
