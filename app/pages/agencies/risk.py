"""Open cases that may pass their norm, the days on which they do, and how far such chances came true."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from babel.dates import format_date

from app.accounts import user
from app.asking import whole_time
from app.crossfilter import Answers, Payload, View
from app.indicators import unavailable_text
from app.texts import LOCALES, NBSP, day, language, number, percent, t
from data.chances import LENGTH
from data.workdays import worked_after
from queries import risk as ask

SHOWN = 8  # cases
AHEAD = 7  # worked days
LIKELY = 75  # per cent from which a chance is « très probable »
USUAL = 7  # the band named first: 70 to 80 %
ENOUGH = 30  # cases behind a band that is named
CLOSE = 0.03  # mean distance of announced and observed, beyond what chance gives, up to which they agree


def risk_rows(answers: Answers) -> Payload:
    """The open cases most likely to pass their norm; for readers who may see cases."""
    if "case.view" not in user().permissions:
        return {"kind": "risk", "reason": t("risk.not_yours")}
    within, told, at_risk = _counts(answers)
    reason = _unknown(answers, within, told)
    if reason:
        return {"kind": "risk", "reason": reason}
    key = "none" if not at_risk else "one" if at_risk == 1 else "some"
    return {
        "kind": "risk",
        "rows": [_case(row) for row in answers["rows"].head(SHOWN).iter_rows(named=True)],
        "sub": _on_day(answers, t(f"risk.{key}", count=number(at_risk), within=number(told))),
        "all": t(f"risk.all_{key}", count=number(at_risk)) if at_risk else "",
        "calibration": calibration(answers["checks"]),
        "empty": not within,
    }


def _counts(answers: Answers) -> tuple[int, int, int]:
    """Open cases within their norm, those of them whose chance is known, those more likely to pass it."""
    within, told, at_risk = answers["ahead"].select(pl.sum("within", "told", "at_risk")).row(0)
    return within, told, at_risk


def _unknown(answers: Answers, within: int, told: int) -> str | None:
    """Why no chance can be told, where none can."""
    if "received_on" in answers.absent:
        return unavailable_text("stock", {"rows": 1}, answers.absent)
    return t("risk.unknown") if within and not told else None


def _on_day(answers: Answers, text: str) -> str:
    """Chances are those of the last day: a period that ends before it does not move them."""
    until = answers.selection.until
    past = until is not None and until < answers.days.last
    return t("risk.on_day", day=day(answers.days.last), text=text) if past else text[0].upper() + text[1:]


def _case(row: Mapping[str, Any]) -> Payload:
    """One case: days gone by and its norm, its chance in per cent and in a word, what is known of it."""
    chance = round(row["chance"] * 100)
    return {
        "id": row["case_id"],
        "type": row["case_type"],
        "elapsed": row["age_days"] / row["norm_days"],
        "days": t("risk.elapsed", age=number(row["age_days"]), norm=number(row["norm_days"])),
        "chance": row["chance"],
        "percent": f">{NBSP}99{NBSP}%" if chance == 100 else percent(chance / 100, 0),
        "word": t("risk.very_likely" if chance >= LIKELY else "risk.likely"),
        "likely": chance >= LIKELY,
        "sign": _sign(row),
    }


def _sign(row: Mapping[str, Any]) -> str:
    """What stands out first: a return with its reason, else the documents."""
    if row["returns"]:
        reason = row["return_reason"]
        return t("risk.returned_for", reason=reason) if reason else t("risk.returned")
    if row["documents"]:
        return t(
            "risk.document" if row["documents"] == 1 else "risk.documents", count=number(row["documents"])
        )
    return "–"


def calibration(checks: pl.DataFrame) -> str:
    """What was announced over the year before and what came of it, said as it is."""
    sums = pl.sum("cases", "announced", "observed")
    whole = checks.select(sums, pl.min("first_asked"), pl.max("last_asked")).row(0, named=True)
    if whole["cases"] < ENOUGH:
        return t("risk.no_check")
    months = round(((whole["last_asked"] - whole["first_asked"]).days + LENGTH) / 30.44)
    if _apart(checks) <= CLOSE:
        return _band(checks, months)
    announced, observed = (percent(whole[name] / whole["cases"], 0) for name in ("announced", "observed"))
    key = "too_low" if whole["announced"] < whole["observed"] else "too_high"
    return t(f"risk.{key}", announced=announced, observed=observed, months=number(months))


def _apart(checks: pl.DataFrame) -> float:
    """How far observed shares lie from announced ones, less what chance alone gives; no case is asked twice.

    The mean distance of a binomial count from its mean is √(2/π) standard deviations (de Moivre).
    """
    share = checks["announced"] / checks["cases"]
    chance = (2 / math.pi) ** 0.5 * (checks["announced"] * (1 - share)).sqrt()
    distance = (checks["announced"] - checks["observed"]).abs()
    return float((distance - chance).sum()) / float(checks["cases"].sum())


def _band(checks: pl.DataFrame, months: int) -> str:
    """The usual band, else the fullest: as a band where what was observed lies in it, else by its mean."""
    order = checks.sort((pl.col("band") == USUAL) & (pl.col("cases") >= ENOUGH), "cases", descending=True)
    row = order.row(0, named=True)
    low, high = row["band"] * 10, row["band"] * 10 + 10
    observed = row["observed"] / row["cases"] * 100
    values = {"observed": percent(observed / 100, 0), "months": number(months)}
    if low <= round(observed) <= high:
        return t("risk.calibrated", low=low, high=high, **values)
    announced = percent(row["announced"] / row["cases"], 0)
    return t("risk.nearly", announced=announced, **values)


def day_rows(answers: Answers) -> Payload:
    """Per coming worked day, open cases that reach their norm and how many will likely not be finished."""
    within, told, _at_risk = _counts(answers)
    reason = _unknown(answers, within, told)
    if reason:
        return {"kind": "days", "reason": reason}
    last = answers.days.last
    ahead = worked_after(last, AHEAD)
    cases, misses = _falling(answers["ahead"], ahead)
    due = [round(value) for value in misses]
    return {
        "kind": "days",
        "names": [_weekday(each) for each in ahead],
        "cases": cases,
        "misses": due,
        "texts": [
            t("risk.of", count=number(some), total=number(all_))
            for some, all_ in zip(due, cases, strict=True)
        ],
        "sub": _on_day(answers, t("risk.days_sub")),
        "sentence": _sentence(sum(due), ahead),
        "empty": not within,
    }


def _falling(rows: pl.DataFrame, ahead: Sequence[date]) -> tuple[list[int], list[float]]:
    """Cases, and misses, on the worked day by whose end they must be finished.

    A norm that ends on a day off falls on the worked day before it, at the earliest on the first to come.
    """
    cases, misses = [0] * len(ahead), [0.0] * len(ahead)
    beyond = worked_after(ahead[-1], 1)[0]
    for due_on, count, missed in rows.select("due_on", "cases", "misses").iter_rows():
        if due_on < beyond:
            at = max(sum(each <= due_on for each in ahead) - 1, 0)
            cases[at] += count
            misses[at] += missed
    return cases, misses


def _sentence(due: int, ahead: Sequence[date]) -> str:
    key = "due_none" if not due else "due_one" if due == 1 else "due_some"
    daily = number(due / len(ahead), 0 if due >= len(ahead) else 1)
    return t(f"risk.{key}", count=number(due), day=day(ahead[-1]), daily=daily)


def _weekday(value: date) -> str:
    """« lundi 2 nov. »."""
    return format_date(value, format="EEEE d MMM", locale=LOCALES[language()])


COMING = (ask.days_ahead, whole_time)
VIEWS = (
    View(
        "agencies-risk",
        risk_rows,
        # What an export of the card would give comes first, and shows no case.
        {"ahead": COMING, "rows": (ask.at_risk, whole_time), "checks": (ask.calibration, whole_time)},
        later=True,
    ),
    View("agencies-days", day_rows, {"ahead": COMING}, later=True),
)
