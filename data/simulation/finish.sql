-- The same cases as published.
INSERT INTO cases BY NAME
SELECT
    printf('D%09d', number) AS case_id, day, received_on,
    CASE WHEN finished_on <= $until THEN finished_on END AS closed_on,
    agency::VARCHAR AS agency, region::VARCHAR AS region, agent::VARCHAR AS agent, case_type::VARCHAR AS case_type,
    CASE
        WHEN finished_on > $until THEN 'open'
        WHEN chance(number, 6) < $rejected_share THEN 'rejected'
        ELSE 'closed'
    END AS status,
    1 AS treated,
    CASE WHEN finished_on <= $until THEN finished_on - received_on END AS delay_days,
    documents, returns,
    CASE reason
        WHEN 1 THEN 'pièce manquante'
        WHEN 2 THEN 'erreur de saisie'
        WHEN 3 THEN 'information incohérente'
        WHEN 4 THEN 'justificatif illisible'
        WHEN 5 THEN 'signature absente'
    END AS return_reason,
    norm_days, weight
FROM ordered
