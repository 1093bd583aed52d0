-- Ids met twice: of identical rows the first is kept, of conflicting rows none.
UPDATE landing.rows SET fault = judged.verdict, refused = judged.case_id
FROM (
    SELECT
        row, case_id,
        CASE
            WHEN min(content) OVER ids <> max(content) OVER ids THEN $different
            WHEN row > min(row) OVER ids THEN $same
        END AS verdict
    FROM kept
    WHERE case_id IS NOT NULL AND hash(case_id) IN (
        SELECT hash(case_id) FROM kept WHERE case_id IS NOT NULL GROUP BY hash(case_id) HAVING count(*) > 1
    )
    WINDOW ids AS (PARTITION BY case_id)
) AS judged
WHERE rows.rowid = judged.row AND judged.verdict IS NOT NULL
