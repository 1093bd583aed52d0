-- The clients of each narrow bin of a feature.
SELECT feature, bin, low, high, code, clients, known, defaults FROM facts.credit_bins
