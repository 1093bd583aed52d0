-- The value at each hundredth of a number.
SELECT feature, rank, value FROM facts.credit_quantiles
