-- Some clients with a known outcome, drawn by their id.
SELECT client_id, defaulted, numbers, words FROM facts.credit_sample
