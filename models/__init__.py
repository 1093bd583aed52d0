"""The judgement: scoring and its explanation."""
