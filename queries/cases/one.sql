-- One case with all that is known of it; no row for an id that is not there.
SELECT
    case_id, day, received_on, closed_on, region, agency, agent, case_type, status, treated, delay_days, documents,
    returns, return_reason, norm_days, age_days, chance, expected_low, expected, expected_high
FROM selected
WHERE case_id = $case_id
ORDER BY case_id
