"""How often a fault is caused: a few times in every run, the full count in `make soak` (VIGIE_SOAK=1)."""

import os


def count(ci: int, soak: int) -> int:
    """`soak` when VIGIE_SOAK=1, else `ci`."""
    return soak if os.environ.get("VIGIE_SOAK") == "1" else ci
