-- The clients of each pair of coarse bins of two features.
SELECT feature_a, bin_a, feature_b, bin_b, clients, known, defaults FROM facts.credit_pairs
