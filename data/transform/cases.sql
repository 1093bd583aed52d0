-- The kept rows as they are published, those of an agent together: what is asked of one is read in one piece.
SELECT
    coalesce(kept.case_id, sha256(kept.content || chr(30) || coalesce(occurrences.occurrence, 1))) AS case_id,
    coalesce(
        kept.day, CASE WHEN kept.status IN ('closed', 'rejected') THEN kept.closed_on ELSE kept.received_on END
    ) AS day,
    kept.received_on,
    CASE
        WHEN kept.closed_on IS NULL AND kept.received_on IS NOT NULL AND kept.status IN ('closed', 'rejected')
            THEN kept.day
        ELSE kept.closed_on
    END AS closed_on,
    kept.agency,
    coalesce(kept.region, 'Non précisée') AS region,
    kept.agent,
    kept.case_type,
    kept.status,
    coalesce(kept.treated, 1) AS treated,
    kept.delay_days, kept.documents, kept.returns, kept.return_reason, kept.workload, kept.stated_return_rate,
    coalesce(case_types.norm_days, $norm_days) AS norm_days,
    coalesce(case_types.weight, $weight) AS weight
FROM kept
LEFT JOIN landing.occurrences ON occurrences.row = kept.row
LEFT JOIN landing.case_types ON lower(strip_accents(case_types.name)) = lower(strip_accents(kept.case_type))
ORDER BY agency, agent, day, kept.row
