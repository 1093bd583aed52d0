-- Of the cases asked about over the year before, in bands of ten points: the misses announced, and those observed.
SELECT
    band,
    min(first_asked) AS first_asked,
    max(last_asked) AS last_asked,
    sum(cases) AS cases,
    sum(announced) AS announced,
    sum(observed) AS observed
FROM selected
GROUP BY band
ORDER BY band
