-- The cases open at the end of $as_of; an age bucket is known for no other.
SELECT
    $as_of AS as_of, region, agency, agent, case_type, status, returned, age,
    treated AS open, treated * weight AS open_weight
FROM dated
WHERE age IS NOT NULL
