-- Every client scored at once, with the outcome that is known.
SELECT
    scores.client_id, credits.defaulted, scores.probability, scores.decision, scores.threshold,
    scores.model_version, scores.contributions
FROM facts.scores AS scores LEFT JOIN facts.credits AS credits ON credits.client_id = scores.client_id
