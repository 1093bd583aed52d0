-- The agencies seen in cases: an id from the name, the most frequent region.
WITH seen AS (
    SELECT agency, region, count(*) AS rows FROM cases GROUP BY agency, region
),
placed AS (
    SELECT agency, region, row_number() OVER (PARTITION BY agency ORDER BY rows DESC, region) AS rank FROM seen
),
named AS (
    SELECT
        agency, region,
        coalesce(
            nullif(trim(regexp_replace(lower(strip_accents(agency)), '[^a-z0-9]+', '-', 'g'), '-'), ''), 'agence'
        ) AS slug
    FROM placed
    WHERE rank = 1
),
numbered AS (
    SELECT agency, region, slug, row_number() OVER (PARTITION BY slug ORDER BY agency) AS number FROM named
)
SELECT
    CASE WHEN number = 1 THEN slug ELSE slug || '--' || number END AS agency_id,
    agency, region, NULL::DOUBLE AS fte, NULL::DATE AS opened_on
FROM numbered
ORDER BY agency
