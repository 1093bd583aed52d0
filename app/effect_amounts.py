"""The words that effects share: days, intervals, changes."""

from app.indicators import MINUS, in_line
from app.texts import NBSP, number, t
from models.workplace import Interval


def change(gain: Interval) -> list[float]:
    """The announced change of a delay, days, negative for less: low, middle, high."""
    return [-gain.high, -gain.middle, -gain.low]


def days(value: float) -> str:
    """« 19,2 j »."""
    return in_line("mean_delay", value, 1)


def points(value: float) -> str:
    """A difference of shares: « +4,3 pt », « 0,0 pt »."""
    amount = number(abs(value) * 100, 1)
    sign = "" if not set(amount) & set("123456789") else "+" if value > 0 else MINUS
    return f"{sign}{amount}{NBSP}{t('indicator.points')}"


def between(low: float, high: float, digits: int = 1) -> str:
    """« (entre 16,9 et 21,1) »."""
    written = [number(value, digits).replace("-", MINUS) for value in (low, high)]
    return t("effect.between", low=written[0], high=written[1])


def counted(name: str, count: int, **values: str) -> str:
    """The text `effect.<name>` for that many, in the singular for one."""
    return t(f"effect.{name}{'_1' if count == 1 else ''}", n=number(count), **values)
