"""What the page of the audit draws: alerts, the chain, counts, days, people, purposes, and the lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from app import volume
from app.audit import ACTIONS, record
from app.moments import short_day, spoken, spoken_day, today
from app.pages.audit import alerts, chain, lines
from app.pages.audit.asked import Asked, Period, of_actions, said, sought
from app.pages.audit.lines import Who
from app.problems import sentence
from app.services import services
from app.texts import number, percent, t
from app.witness import due
from data.audit import PersonViews, Sought
from data.errors import DataError
from data.sought import VIEWS
from data.volume import DAYS, Unusual
from data.workdays import is_worked

Payload = dict[str, Any]
PAGE = 25  # lines at once
PEOPLE = 30  # rows at most
FOLLOWED, OTHER = "decision.followed", "decision.other"
SCORES = ("score.viewed", "sheet.made")  # opened for a purpose


def page(asked: Asked) -> Payload:
    """Everything the page shows, once it is written down that it was looked at; else the `problem`."""
    try:
        period = Period.of(asked["since"], asked["until"])
        record("audit.viewed", **said(asked, period))
        return _page(asked, period)
    except DataError as error:
        return {"problem": sentence(error)}


def _page(asked: Asked, period: Period) -> Payload:
    who, found, unusual = Who.now(), sought(asked, period), volume.standing()
    counts = _per_day(period, found)
    day = _day(period, counts, unusual)
    return {
        "since": str(period.since),
        "until": str(period.until),
        "period": period.spoken(),
        "usual": not asked["since"] and not asked["until"],
        "today": str(today()),
        "choices": _choices(who),
        "alerts": alerts.told(unusual, who),
        "chain": chain.standing(),
        "last": spoken(services().stores.audit.head().at or None),
        "kpis": _kpis(period, found),
        "days": _days(period, counts, unusual),
        "people": _people(period, found, day, who, unusual),
        "purposes": _purposes(period, found),
        "retention": _retention(),
        **listed(asked, who, unusual),
    }


def listed(asked: Asked, who: Who | None = None, unusual: list[Unusual] | None = None) -> Payload:
    """The lines from `start` on, the newest first, and how many there are. Raises JournalFailed."""
    found = sought(asked, Period.of(asked["since"], asked["until"]))
    audit, known = services().stores.audit, who or Who.now()
    marked = frozenset(volume.key(each) for each in (volume.standing() if unusual is None else unusual))
    total = audit.count(found)
    start = min(asked["start"], max(0, total - 1)) // PAGE * PAGE
    rows = [lines.row(line, known, marked) for line in audit.lines(found, start, PAGE)]
    shown = t(
        "audit.shown",
        first=number(start + 1 if rows else 0),
        last=number(start + len(rows)),
        total=number(total),
    )
    return {"lines": {"rows": rows, "total": total, "start": start, "size": PAGE, "shown": shown}}


def _choices(who: Who) -> Payload:
    audit = services().stores.audit
    people = sorted(
        ([name, who.label(name), who.sub(name)] for name in audit.choices("who")), key=lambda each: each[1]
    )
    known = audit.choices("action")
    return {
        "who": people,
        "purposes": [[code, lines.purpose(code)] for code in lines.PURPOSES],
        "actions": [
            [name, lines.action_words(name)]
            for name in (*ACTIONS, *sorted(set(known) - {*ACTIONS}))
            if name in known
        ],
    }


def _kpis(period: Period, found: Sought) -> list[Payload]:
    audit = services().stores.audit
    counts = audit.per_action(of_actions(found))
    views = sum(counts.get(name, 0) for name in VIEWS)
    people = audit.people(of_actions(found, *VIEWS))
    bare = dict(audit.per_purpose(of_actions(found, *SCORES))).get(None, 0)
    decided = counts.get(FOLLOWED, 0) + counts.get(OTHER, 0)
    refused, failed = counts.get("access.refused", 0), counts.get("sign_in.failed", 0)
    purposes = t("audit.kpi_bare", n=number(bare)) if bare else t("audit.kpi_purposed") if views else ""
    persons = t("audit.kpi_people_1" if people == 1 else "audit.kpi_people", n=number(people))
    of = t("audit.kpi_of", n=number(decided)) if decided else ""
    share = percent(counts.get(OTHER, 0) / decided) if decided else ""
    against = t("audit.kpi_other_sub", share=share) if decided else t("audit.kpi_other_none")
    return [
        _kpi(
            "views",
            views,
            t("audit.kpi_views", period=period.spoken()),
            ", ".join(filter(None, (persons, purposes))),
        ),
        _kpi("other", counts.get(OTHER, 0), t("audit.kpi_other"), against, of),
        _kpi("refused", refused, t("audit.kpi_refused"), t("audit.kpi_refused_sub", n=number(failed))),
    ]


def _kpi(name: str, value: int, label: str, sub: str, unit: str = "") -> Payload:
    return {"id": name, "value": number(value), "raw": value, "label": label, "sub": sub, "unit": unit}


def _per_day(period: Period, found: Sought) -> dict[date, int]:
    """Files looked at, of every day of the period and of the chart."""
    first = min(period.since, period.drawn.since)
    return dict(services().stores.audit.per_day(replace(of_actions(found, *VIEWS), since=first)))


def _day(period: Period, counts: Mapping[date, int], unusual: list[Unusual]) -> date:
    """The day that people are compared on: the only one, that of an alert, or the busiest of the period."""
    alerted = next((each.day for each in unusual if period.since <= each.day <= period.until), None)
    inside = [day for day in counts if day >= period.since]
    return alerted or max(inside, key=lambda day: (counts[day], day))


def _days(period: Period, counts: Mapping[date, int], unusual: list[Unusual]) -> Payload:
    drawn, alerted = period.drawn, {each.day for each in unusual}
    rows = [
        {
            "day": str(day),
            "label": short_day(day),
            "count": count,
            "off": not is_worked(day),
            "alert": day in alerted,
            "inside": period.since <= day <= period.until,
        }
        for day, count in counts.items()
        if day >= drawn.since
    ]
    return {"rows": rows, "sub": t("audit.days_sub", n=number(len(rows))), "single": period.length == 1}


def _people(period: Period, found: Sought, day: date, who: Who, unusual: list[Unusual]) -> Payload:
    wanted = Sought(day - timedelta(DAYS), day, found.who, found.purposes, VIEWS, found.subject)
    there = [each for each in services().stores.audit.per_person(wanted, day) if each.on_day]
    marked = {each.views.who for each in unusual if each.day == day}
    key = "people_on" if period.length == 1 else "people_busiest"
    return {
        "day": str(day),
        "rows": [_person(each, who, alert=each.who in marked) for each in there[:PEOPLE]],
        "sub": t(f"audit.{key}"),
        "on": short_day(day),
        "more": t("audit.people_more", n=number(len(there) - PEOPLE)) if len(there) > PEOPLE else "",
        "none": t("audit.people_none", day=short_day(day)),
    }


def _person(each: PersonViews, who: Who, *, alert: bool) -> Payload:
    return {
        "who": each.who,
        "label": who.label(each.who),
        "sub": who.sub(each.who),
        "count": each.on_day,
        "usual": each.median,
        "said": lines.median_words(each.median),
        "most": each.maximum,
        "alert": alert,
    }


def _purposes(period: Period, found: Sought) -> Payload:
    counts = services().stores.audit.per_purpose(of_actions(found, *VIEWS))
    total = sum(count for _, count in counts) or 1
    rows = [
        {
            "code": code or "",
            "label": lines.purpose(code) or t("audit.no_purpose"),
            "count": count,
            "share": count / total,
        }
        for code, count in counts
    ]
    return {"rows": rows, "sub": period.spoken(), "none": t("audit.nothing")}


def _retention() -> str:
    months = services().settings.audit_months
    return t("audit.retention", n=months, day=spoken_day(due(today(), months)))
