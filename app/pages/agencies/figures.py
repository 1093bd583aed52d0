"""Rows in, plain dicts out: what the client draws. Numbers travel raw, words already written."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from app import reach
from app.axes import ticks
from app.control_chart import Note, control
from app.crossfilter import Answers, Payload
from app.indicators import SMALL, in_line, unavailable_text
from app.texts import number, percent, t
from data.contract import norm_of
from queries.engine import Days
from queries.rules.drifts import drifting
from queries.selection import Selection, month_end, shift_months

LAST = 60  # days: what takes longer stands in one column
LOOK_BACK = 12  # months that the chart of weeks shows at least


def delay_columns(answers: Answers) -> Payload:
    """Closed cases by whole days, within and past their norm, over the network's curve at equal volume.

    Who sees one agency alone is shown no other curve.
    """
    reason = no_delay(answers)
    if reason:
        return {"kind": "delays", "reason": reason}
    within, late = _columns(answers["now"])
    total, past = sum(within) + sum(late), sum(late)
    whole = [sum(pair) for pair in zip(*_columns(answers["network"]), strict=True)]
    wide = None if reach.alone() else [count * total / (sum(whole) or 1) for count in whole]
    marks = answers["marks"].row(0, named=True)
    norm = norm_for(answers.selection)
    return {
        "kind": "delays",
        "within": within,
        "late": late,
        "network": wide,
        "late_text": percent(past / (total or 1)),
        "norm": norm,
        "marks": [
            {"day": marks[name], "text": t(f"agencies.{name}", delay=number(marks[name]))}
            for name in ("median_delay", "p90_delay")
            if marks[name] is not None
        ],
        "norm_text": t("control.norm", delay=number(norm)) if norm is not None else "",
        "ticks": ticks(
            max(
                [
                    1,
                    *(sum(pair) for pair in zip(within, late, strict=True)),
                    *(wide or ()),
                ]
            )
        ),
        "few": total < SMALL,
        "empty": not total,
    }


def _columns(rows: pl.DataFrame) -> tuple[list[int], list[int]]:
    """Cases within and past their norm, by day from 0, the last one holding all that took longer."""
    within, late = [0] * (LAST + 1), [0] * (LAST + 1)
    for delay, closed, past in rows.select("delay", "closed", "late").iter_rows():
        if delay is not None:
            within[min(delay, LAST)] += closed - past
            late[min(delay, LAST)] += past
    return within, late


def norm_for(selection: Selection) -> float | None:
    """The norm that all the picked case types share, the usual one without a pick; None where they differ."""
    norms = {norm_of(name) for name in selection.picked("case_type") or (None,)}
    return norms.pop() if len(norms) == 1 else None


def no_delay(answers: Answers) -> str | None:
    if "delay_days" not in answers.absent:
        return None
    return unavailable_text("mean_delay", {"rows": 1}, answers.absent)


def week_chart(answers: Answers) -> Payload:
    """Mean delay week by week, its ordinary variation, the weeks outside and the changes of level."""
    reason = no_delay(answers)
    if reason:
        return {"kind": "control", "reason": reason}
    drawn = chart(answers["now"], answers, _drifts(answers["months"]))
    since, until = answers.selection.since, answers.selection.until
    picked = [_touches(date.fromisoformat(monday), since, until) for monday in drawn["weeks"]]
    return drawn | {"inside": picked, "period": [str(since or ""), str(until or "")]}


def _touches(monday: date, since: date | None, until: date | None) -> bool:
    return (since is None or monday + timedelta(6) >= since) and (until is None or monday <= until)


def chart(rows: pl.DataFrame, answers: Answers, notes: Sequence[Note] = ()) -> Payload:
    """The control chart of those weeks, whose first and last may be cut by the period or by the data."""
    days, asked = answers.days, in_sight(answers.selection, answers.days)
    since = max(days.first, asked.since or days.first)
    norm = norm_for(answers.selection)
    return control(rows, since=since, until=days.as_of(asked), norm=norm, notes=notes)


def _drifts(months: pl.DataFrame) -> list[Note]:
    """The months that stand out from the twelve before; of those that follow one another, the first."""
    found = drifting(months)
    known = {month for month, *_ in found}
    return [
        (month, t("agencies.drift", delay=in_line("mean_delay", now), limit=in_line("mean_delay", limit)))
        for month, now, limit in found
        if shift_months(month, -1) not in known
    ]


def in_sight(selection: Selection, days: Days) -> Selection:
    """The selection over what the chart of weeks shows: the period, and at least twelve months around it.

    A period within the last twelve months of the data leaves what is shown as it is, whatever week is picked.
    """
    if not (selection.since or selection.until):
        return selection
    since = selection.since or days.first
    year_on = shift_months(since.replace(day=1), LOOK_BACK) - timedelta(1)
    until = max(min(selection.until or days.last, days.last), min(days.last, year_on))
    earliest = shift_months(until.replace(day=1), 1 - LOOK_BACK)
    return selection.during(min(since, earliest), month_end(until) if until == days.last else until)
