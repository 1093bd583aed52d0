"""The truth: sources, contracts and immutable snapshots."""
