-- The chance of passing the norm at one age: over the network, for the type of case, in the agency.
WITH told AS (
    SELECT
        agency, case_type, chance,
        CASE WHEN source = 'agency_type' THEN cases ELSE 0 END AS weight
    FROM selected
    WHERE days = $days AND norm_days = $norm_days
)
SELECT
    coalesce(sum(chance * weight) / nullif(sum(weight), 0), avg(chance)) AS network,
    coalesce(
        sum(CASE WHEN case_type = $case_type THEN chance * weight END)
        / nullif(sum(CASE WHEN case_type = $case_type THEN weight END), 0),
        avg(CASE WHEN case_type = $case_type THEN chance END)
    ) AS of_type
FROM told
