-- Every credit application, its numbers and words in the order of the scoring contract.
SELECT client_id, applied_on, defaulted, numbers, words FROM facts.applications
