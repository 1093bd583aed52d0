-- The targets: of an agency or, with none, of the network; of one month or, with none, of all of them.
SELECT
    indicator,
    agency,
    region,
    month,
    value AS target
FROM selected
ORDER BY indicator, agency, month NULLS FIRST
