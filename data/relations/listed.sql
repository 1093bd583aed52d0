-- Every case as a list shows it; for one still open on $last_day its age then, and what is to be expected.
SELECT
    dated.row, dated.case_id, dated.day, dated.received_on, dated.closed_on, dated.region, dated.agency, dated.agent,
    dated.case_type, dated.status, dated.treated, dated.delay_days, dated.documents, dated.returns, dated.returned,
    dated.return_reason, dated.norm_days, dated.age,
    dated.day BETWEEN $since AND $until AS counted,
    dated.age IS NOT NULL AND $as_of - dated.received_on > dated.norm_days AS overdue,
    CASE
        WHEN dated.closed_on IS NULL AND dated.status = 'open' AND dated.received_on <= $last_day
            THEN $last_day - dated.received_on
    END AS age_days,
    chances.chance, chances.expected_low, chances.expected, chances.expected_high
FROM dated
LEFT JOIN facts.chances AS chances
    ON dated.closed_on IS NULL AND dated.status = 'open'
    AND chances.agency = dated.agency AND chances.case_type = dated.case_type
    AND chances.age = $last_day - dated.received_on AND chances.norm_days = dated.norm_days
