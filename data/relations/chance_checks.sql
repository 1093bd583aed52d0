-- What was announced of the cases open at earlier dates, in bands of ten points, and what became of them.
SELECT
    checks.first_asked, checks.last_asked, agencies.region, checks.agency, checks.case_type, checks.band,
    checks.cases, checks.announced, checks.observed
FROM facts.chance_checks AS checks
LEFT JOIN facts.agencies AS agencies ON agencies.agency = checks.agency
