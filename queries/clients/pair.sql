-- How the clients spread over two features together, in coarse bins, whichever is named first.
SELECT
    CASE WHEN feature_a = $feature_a THEN bin_a ELSE bin_b END AS bin_a,
    CASE WHEN feature_a = $feature_a THEN bin_b ELSE bin_a END AS bin_b,
    clients, known, defaults
FROM selected
WHERE (feature_a = $feature_a AND feature_b = $feature_b) OR (feature_a = $feature_b AND feature_b = $feature_a)
ORDER BY 1, 2
