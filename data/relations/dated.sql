-- Every row of cases, whether it came back, and its age bucket on $as_of while it is open.
SELECT
    rowid AS row, case_id, day, received_on, closed_on, region, agency, agent, case_type, status,
    treated, delay_days, documents, returns, return_reason, workload, stated_return_rate, norm_days, weight,
    CASE WHEN returns > 0 THEN '1' ELSE '0' END AS returned,
    CASE
        WHEN received_on IS NULL OR received_on > $as_of OR closed_on <= $as_of THEN NULL
        WHEN $as_of - received_on <= 10 THEN '0-10'
        WHEN $as_of - received_on <= 20 THEN '11-20'
        WHEN $as_of - received_on <= 30 THEN '21-30'
        ELSE '31+'
    END AS age
FROM facts.cases
