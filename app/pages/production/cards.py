"""The five KPI cards: value, delta, sparkline, and what the value stands against."""

from dataclasses import asdict
from typing import Any

from app.crossfilter import Answers, Payload
from app.filters import period_words
from app.indicators import delta_text, in_line, is_small, unavailable_text, value_text
from app.texts import number, percent, t
from data.contract import norm_of
from queries.selection import shift_months

CARDS = ("closed", "mean_delay", "late_share", "return_rate", "workload_per_fte")
ALSO = ("rows", "treated", "returned_share", "row_mean_delay", "row_mean_return_rate", "stock")
SPARK_MONTHS = 12


def kpi_cards(answers: Answers) -> Payload:
    """The five cards: value, delta against the previous period, 12-month sparkline, reference."""
    now = answers["now"].row(0, named=True)
    before_rows = answers.get("before")
    before = before_rows.row(0, named=True) if before_rows is not None and before_rows["rows"][0] else None
    trend = _trend(answers)
    cards = [_card(name, now, before, trend.get(name, []), answers) for name in CARDS]
    also = {name: {"raw": now[name], "text": _written(name, now)} for name in ALSO}
    return {"kind": "kpis", "cards": cards, "also": also, "empty": not now["rows"]}


def _card(
    name: str, now: dict[str, Any], before: dict[str, Any] | None, trend: list[float | None], answers: Answers
) -> Payload:
    value = now[name]
    if value is None:
        return {"id": name, "raw": None, "text": "—", "unit": "", "reason": _unavailable(name, now, answers)}
    text, unit = value_text(name, value)
    delta = delta_text(name, value, before[name]) if before else None
    reference = _reference(name, now)
    return {
        "id": name,
        "raw": value,
        "text": text,
        "unit": unit,
        "delta": asdict(delta) | {"words": _compared(delta.words, answers)} if delta else None,
        "spark": _spark(trend),
        "over": reference[2] == "bad",
        "reference": reference,
        "few": is_small(name, now),
    }


def _compared(words: str, answers: Answers) -> str:
    """How it moved, and against which period."""
    past = answers.selection.previous()
    return f"{words}, {t('production.versus', period=period_words(past))}" if past else words


def _written(name: str, now: dict[str, Any]) -> str:
    return number(now[name]) if name == "rows" else in_line(name, now[name])


def _unavailable(name: str, now: dict[str, Any], answers: Answers) -> str:
    one_agent = bool(answers.selection.picked("agent"))
    return unavailable_text(name, now, answers.absent, one_agent=one_agent)


def _reference(name: str, now: dict[str, Any]) -> tuple[str, str, str]:
    """The line under a card: what it stands against, the verdict, its tone."""
    if name == "mean_delay" and now["mean_delay"] is not None:
        norm = norm_of(None)
        gap = norm - now["mean_delay"]
        words = t("production.margin" if gap >= 0 else "production.excess", gap=number(abs(gap), 1))
        return t("production.norm", days=number(norm)), words, "good" if gap >= 0 else "bad"
    if name == "late_share":
        return t("production.norm_by_type"), "", "flat"
    also = {
        "closed": ("treated", number(now["treated"])),
        "return_rate": (
            ("returned_share", percent(now["returned_share"]))
            if now["row_mean_return_rate"] is None
            else ("mean_of_rates", percent(now["row_mean_return_rate"]))
        ),
        "workload_per_fte": ("open_now", number(now["stock"])),
    }
    label, words = also.get(name, ("", "—"))
    return (t(f"production.{label}"), words, "flat") if words != "—" else ("", "", "flat")


def _trend(answers: Answers) -> dict[str, list[float | None]]:
    """Per card, the values of the last months up to the end of the period, as far back as the data go."""
    last = answers.days.as_of(answers.selection).replace(day=1)
    past = [shift_months(last, -back) for back in range(SPARK_MONTHS - 1, -1, -1)]
    months = [month for month in past if month >= answers.days.first.replace(day=1)] or [last]
    cases = {month: (closed, delay) for month, _, closed, delay in answers["months"].iter_rows()}
    shares = {month: (late, rate) for month, late, rate in answers["shares"].iter_rows()}
    flows = [(month, change) for month, _, _, change in answers["stock"].iter_rows()]
    return {
        "closed": [cases.get(month, (0, None))[0] for month in months],
        "mean_delay": [cases.get(month, (0, None))[1] for month in months],
        "late_share": [shares.get(month, (None, None))[0] for month in months],
        "return_rate": [shares.get(month, (None, None))[1] for month in months],
        "workload_per_fte": [sum(change for at, change in flows if at <= month) for month in months],
    }


def _spark(values: list[float | None]) -> list[int] | None:
    """Heights 0 to 100 of the known points, lowest to highest; None below two points."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    return [round((value - low) / ((high - low) or 1) * 100) for value in known]
