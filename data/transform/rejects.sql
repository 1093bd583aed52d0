-- Every refused row: where, which value and why.
SELECT $source AS source, $table AS table_name, record AS line, faults."column", landed.refused AS value, faults.reason
FROM landed INNER JOIN landing.faults ON faults.fault = landed.fault
UNION ALL
SELECT $source AS source, $table AS table_name, line, NULL AS "column", value, reason FROM landing.ragged
ORDER BY line
