"""A password being chosen: what it lacks in words, and the rules that the page checks as one types."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from app import passwords
from app.texts import t

TOLD = ("length", "kinds", "own_name", "common")  # in this order under the field


def lacks(password: str, names: Iterable[str]) -> str:
    """What the password lacks, as sentences; empty where it is strong."""
    return " ".join(t(f"sign_in.lacks_{name}") for name in passwords.lacking(password, names))


def chosen(typed: dict[str, str]) -> str:
    """Why the two fields do not agree; a page with scripts has but one, which it can show."""
    again = typed.get("again")
    return t("sign_in.differs") if again is not None and again != typed.get("password") else ""


def rules(*names: str) -> str:
    """What assets/sign-in/strength.js needs to say the same as `passwords.lacking`, as JSON."""
    told = {
        "shortest": passwords.SHORTEST,
        "longest": passwords.LONGEST,
        "words": passwords.FEWEST_WORDS,
        "apart": passwords.FEWEST_APART,
        "runs": passwords.RUNS,
        "common": passwords.COMMON,
        "names": [name for name in names if name],
    }
    return orjson.dumps(told).decode()
