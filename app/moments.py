"""Moments as people of the organisation read them: the clock of Paris, the day in words where it is near."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from app.texts import LOCALES, NBSP, day, language, t

PARIS = ZoneInfo("Europe/Paris")


def local(moment: str) -> datetime:
    """The ISO moment on the clock of Paris. Raises ValueError."""
    return datetime.fromisoformat(moment).astimezone(PARIS)


def today() -> date:
    """The day it is in Paris."""
    return datetime.now(PARIS).date()


def clock(at: datetime) -> str:
    """« 9 h 41 », "09:41"."""
    return f"{at.hour}{NBSP}h{NBSP}{at:%M}" if language() == "fr" else f"{at:%H:%M}"


def spoken(moment: str | None) -> str:
    """« aujourd'hui, 9 h 41 », « hier, 17 h 12 », « 20 nov., 17 h 12 »; « — » for None."""
    if moment is None:
        return "—"
    at = local(moment)
    return f"{spoken_day(at.date())}, {clock(at)}"


def spoken_day(on: date) -> str:
    """« aujourd'hui », « hier », « 20 nov. », « 20 nov. 2025 »."""
    gap = (today() - on).days
    if gap in (0, 1):
        return t("moments.today" if gap == 0 else "moments.yesterday")
    return short_day(on) if on.year == today().year else day(on)


def short_day(on: date) -> str:
    """« 20 nov. », « 1ᵉʳ déc. »."""
    text = format_date(on, format="d MMM", locale=LOCALES[language()])
    return text.replace("1 ", "1ᵉʳ ", 1) if on.day == 1 and language() == "fr" else text
