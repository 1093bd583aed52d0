"""People who looked at far more files than usual: told with the rule, and what may be done about it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import StringConstraints
from typing_extensions import TypedDict

from app import volume
from app.accounts import permit, user
from app.audit import record
from app.moments import spoken_day
from app.pages.audit.asked import Word
from app.pages.audit.lines import Who, median_words
from app.services import services
from app.texts import number, t
from data.errors import DataError
from data.users import AccountRefused
from data.volume import DAYS, LEAST, TIMES, Unusual

Payload = dict[str, Any]
SHOWN = 3  # banners; of more, only how many


class AlertRefused(DataError):
    """`no_motive` to set it aside, `gone`: somebody has, or it is older than a week."""

    area = "audit"


class Answer(TypedDict):
    """To set an alert aside with a `motive`, or to suspend the account."""

    kind: Literal["file", "suspend"]
    who: Word
    day: Word
    motive: Annotated[str, StringConstraints(max_length=1_000)]
    t: int


def told(found: list[Unusual], who: Who) -> list[Payload]:
    """A banner each."""
    return [_told(each, who) for each in found[:SHOWN]]


def _told(found: Unusual, who: Who) -> Payload:
    views = found.views
    account, label = who.accounts.get(views.who), who.label(views.who)
    may = "user.write" in user().permissions and account is not None and not account.disabled
    usual = t("audit.alert_usual", usual=median_words(views.median), most=number(views.maximum), days=DAYS)
    return {
        "who": views.who,
        "label": label,
        "day": str(found.day),
        "title": t("audit.alert", who=label, n=number(views.on_day), day=spoken_day(found.day)),
        "text": t("audit.alert_first", days=DAYS) if views.median is None else usual,
        "blocked": t("audit.alert_blocked" if account and account.disabled else "audit.alert_free"),
        "see": t("audit.alert_see", n=number(views.on_day)),
        "rule": t("audit.alert_rule", times=TIMES, n=LEAST),
        "suspend": may and account is not None and account.id != user().number,
    }


def answer(given: Answer) -> str:
    """Do it; what is said of it. Raises AlertRefused, AccountRefused, JournalFailed."""
    try:
        day = date.fromisoformat(given["day"])
    except ValueError:
        raise AlertRefused("gone") from None
    found = next((each for each in volume.standing() if volume.key(each) == (given["who"], str(day))), None)
    if found is None:
        raise AlertRefused("gone")
    return _suspend(found) if given["kind"] == "suspend" else _file(found, given["motive"].strip())


def _file(found: Unusual, motive: str) -> str:
    if not motive:
        raise AlertRefused("no_motive")
    record(volume.FILED, account=found.views.who, day=str(found.day), count=found.views.on_day, motive=motive)
    return t("audit.alert_filed", who=Who.now().label(found.views.who))


def _suspend(found: Unusual) -> str:
    permit("user.write")
    users = services().stores.users
    account = users.known(found.views.who)
    if account.id == user().number:
        raise AccountRefused("oneself")
    users.disable(
        account.id,
        noted=lambda it: record(
            "user.disabled", account=it.name, why="volume", day=str(found.day), count=found.views.on_day
        ),
    )
    return t("accounts.told_disabled", name=account.label)
