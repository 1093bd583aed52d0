"""Days, shares and lists as sentences say them."""

from collections.abc import Sequence

from app.gap import tenths
from app.indicators import MINUS
from app.texts import NBSP, number, percent, t

PARTS = (
    (1 / 4, "quarter", False),
    (1 / 3, "third", False),
    (1 / 2, "half", False),
    (2 / 3, "two_thirds", True),
    (3 / 4, "three_quarters", True),
)
ABOUT = 0.035  # a share this near to a simple fraction is called by its name


def days(value: int) -> str:
    """Tenths of a day as written: « 6,4 j »."""
    return f"{number(abs(value) / 10, 1)}{NBSP}{t('indicator.days_short')}"


def signed(value: int) -> str:
    """Tenths of a day with their sign: « +6,4 j »."""
    return ("+" if value > 0 else MINUS if value < 0 else "") + days(value)


def written(value: float) -> str:
    """A delay in days, rounded as everywhere: « 25,2 j »."""
    return days(tenths(value))


def part(share: float) -> tuple[str, bool]:
    """A share in words, « un tiers » or « 42 % », and whether its verb is in the plural."""
    for known, key, plural in PARTS:
        if abs(share - known) <= ABOUT:
            return t(f"agencies.{key}"), plural
    return percent(share, 0), False


def listed(words: Sequence[str]) -> str:
    """« a, b et c »."""
    *others, last = words
    return f"{', '.join(others)}{t('indicator.and')}{last}" if others else last


def capital(text: str) -> str:
    """With a capital at the start."""
    return text[:1].upper() + text[1:]
