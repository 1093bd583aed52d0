-- The chance that a case still open after so many days passes its norm, per agency and type.
SELECT
    offices.region, chances.agency, chances.case_type, chances.norm_days, chances.age AS days, chances.chance,
    chances.cases, chances.source
FROM facts.chances AS chances
INNER JOIN facts.agencies AS offices ON offices.agency = chances.agency
