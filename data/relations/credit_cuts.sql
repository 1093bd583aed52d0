-- The coarse bins of each feature.
SELECT feature, bin, low, high, code FROM facts.credit_cuts
