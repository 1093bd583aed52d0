-- The sound rows, with their content as one text and as a hash: what makes two rows the same.
SELECT
    rowid AS row, case_id AS key, case_id, day, received_on, closed_on, region, agency, agent, case_type, status,
    treated, delay_days, documents, returns, return_reason, workload, stated_return_rate,
    concat_ws(
        chr(31),
        coalesce(day::VARCHAR, ''), coalesce(received_on::VARCHAR, ''), coalesce(closed_on::VARCHAR, ''),
        coalesce(agency, ''), coalesce(region, ''), coalesce(agent, ''),
        coalesce(case_type, ''), coalesce(status, ''), coalesce(treated::VARCHAR, ''),
        coalesce(delay_days::VARCHAR, ''), coalesce(documents::VARCHAR, ''), coalesce(returns::VARCHAR, ''),
        coalesce(return_reason, ''), coalesce(workload::VARCHAR, ''), coalesce(stated_return_rate::VARCHAR, '')
    ) AS content,
    hash(
        day, received_on, closed_on, agency, region, agent, case_type, status, treated,
        delay_days, documents, returns, return_reason, workload, stated_return_rate
    ) AS fingerprint
FROM landing.rows
WHERE fault IS NULL
