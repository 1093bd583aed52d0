-- The published targets that give way to those of a load: all of them, or those that it names again.
DELETE FROM targets
WHERE NOT $append OR EXISTS (
    SELECT 1 FROM kept
    WHERE kept.indicator = targets.indicator
        AND kept.agency IS NOT DISTINCT FROM targets.agency AND kept.month IS NOT DISTINCT FROM targets.month
)
