-- How a number spreads within each code of a category, by outcome.
SELECT number, category, code, defaulted, clients, p10, p25, p50, p75, p90 FROM facts.credit_boxes
