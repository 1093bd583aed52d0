"""The four cards of a person: beside their agency, the network and a year ago, with what is only noise."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from app.crossfilter import Answers, Payload
from app.indicators import INDICATORS, Delta, delta_text, unavailable_text, value_text
from app.pages.agents.equal import LEAST, Equal, at_types, equal
from app.references import PERIODS, distinct, period
from app.significance import Sums, compare, neutral, rate_difference, told
from app.texts import NBSP, number, t
from queries.selection import Selection

Line = dict[str, Any]
CARDS = ("closed", "equal_delay", "return_rate", "stock")
NO_FOOT = ("", "", "flat")


def cards(answers: Answers) -> Payload:
    """Closed cases, delay at equal types, return rate and open cases; no rate under 30 closed cases."""
    mine = during(answers["work"], answers.selection)
    own, office = _sums(mine), _sums(answers["office"])
    shown = own.closed >= LEAST
    found = equal(by_type(mine), answers["office"])
    drawn = [
        _closed(own, office, answers),
        _delay(found, answers) if shown else _hidden("mean_delay"),
        _returns(own, office, answers) if shown else _hidden("return_rate"),
        _stock(answers),
    ]
    also = {
        name: {"raw": getattr(own, name), "text": number(getattr(own, name))} for name in ("rows", "treated")
    }
    return {"kind": "kpis", "cards": drawn, "also": also, "empty": not own.rows}


def _read(own: Sums) -> tuple[tuple[str, int], ...]:
    return ("rows", own.rows), ("treated", own.treated)


def during(work: pl.DataFrame, selection: Selection) -> pl.DataFrame:
    """The days of `agents.work` that the selection's period holds."""
    since, until = selection.since or date.min, selection.until or date.max
    return work.filter(pl.col("day").is_between(since, until))


def by_type(work: pl.DataFrame) -> pl.DataFrame:
    """The sums of those days per case type."""
    return work.drop("day").group_by("case_type").sum()


def place_name(answers: Answers) -> str:
    """The agencies of the person: « Lille », « Lille, Roubaix »."""
    return ", ".join(answers.place.agencies) if answers.place else ""


def _sums(rows: pl.DataFrame) -> Sums:
    return Sums.of(rows.select(pl.exclude("case_type", "day").sum()).row(0, named=True))


def _card(name: str, value: float | None, lines: Iterator[Line]) -> Payload:
    text, unit = value_text(name, value)
    known = {"raw": value, "text": text, "unit": unit, "lines": list(lines)}
    return _blank(name, "") | known


def _blank(name: str, reason: str) -> Payload:
    shown = "equal_delay" if name == "mean_delay" else name
    empty: Payload = {"raw": None, "text": "—", "unit": "", "reason": reason, "lines": []}
    return empty | {"id": shown, "reference": NO_FOOT, "spark": None, "over": False, "few": False}


def _hidden(name: str) -> Payload:
    return _blank(name, t("agents.few_card", least=LEAST))


def _absent(name: str, answers: Answers) -> Payload:
    return _blank(name, unavailable_text(name, {"rows": 1}, answers.absent))


def _line(label: str, name: str, then: float | None, delta: Delta | None) -> Line:
    text, _ = value_text(name, then)
    unit = INDICATORS[name].unit if INDICATORS[name].kind in ("days", "share") and then is not None else ""
    words = delta.words if delta else "—"
    return {
        "of": name,
        "label": label,
        "title": "",
        "raw": then,
        "text": f"{text}{NBSP}{unit}" if unit else text,
        "words": words,
        "tone": delta.tone if delta else "flat",
        "way": delta.way if delta else "flat",
    }


def _closed(own: Sums, office: Sums, answers: Answers) -> Payload:
    def lines() -> Iterator[Line]:
        share, words = _part(answers)
        if share:
            yield _share_line("closed", (own.closed, office.closed), (share, words), answers)
        for name in distinct(answers.compared, answers.selection):
            past = period(name, answers.selection) if name in PERIODS else None
            if past and past.since and past.since >= answers.days.first.replace(day=1):
                before = _sums(during(answers["work"], past))
                delta = told("closed", own.closed, before.closed, compare("closed", own, before))
                yield _line(t(f"compare.{name}_short"), "closed", before.closed, delta)

    return _card("closed", own.closed, lines())


def _part(answers: Answers) -> tuple[float | None, str]:
    """The person's part of those who work there, by time where it is known, and how it is called."""
    people = answers["people"].unique("agent")
    worked = people["agent_fte"]
    me = answers.place.value if answers.place else ""
    mine = people.filter(pl.col("agent") == me)["agent_fte"].drop_nulls()
    if len(mine) and not worked.null_count() and worked.sum():
        fte = float(mine[0])
        return fte / float(worked.sum()), t("agents.for_fte", fte=number(fte, 1))
    return (1 / people.height if people.height else None), t("agents.per_agent")


def _share_line(name: str, counts: tuple[int, int], part: tuple[float, str], answers: Answers) -> Line:
    """A volume beside what would be the person's part of the agency's: neither good nor bad."""
    (mine, there), (share, words) = counts, part
    usual = there * share
    found = rate_difference(mine, share, there - mine, 1 - share) if share < 1 else None
    label = t("agents.mean_of", place=place_name(answers), share=words)
    return _line(label, name, usual, neutral(told(name, mine, usual, found)))


def _delay(found: Equal | None, answers: Answers) -> Payload:
    if found is None:
        return _absent("mean_delay", answers)

    def lines() -> Iterator[Line]:
        yield _against(place_name(answers), found.delay, found.office, found)
        wide = answers.get("network")
        if wide is not None and not wide.is_empty():
            there = at_types(wide, answers["office"])
            yield _against(t("agents.network_mix"), found.delay, there, found)

    return _card("mean_delay", found.delay, lines())


def _against(label: str, value: float, then: float, found: Equal) -> Line:
    delta = delta_text("mean_delay", value, then)
    if delta and delta.way != "flat" and found.noise(value - then):
        delta = Delta("flat", delta.text, t("compare.noise"), "flat")
    return _line(label, "mean_delay", then, delta)


def _returns(own: Sums, office: Sums, answers: Answers) -> Payload:
    rate = _rate(own)
    if rate is None:
        return _absent("return_rate", answers)

    def lines() -> Iterator[Line]:
        references = [(place_name(answers), office)]
        wide = answers.get("network")
        if wide is not None:
            references.append((t("compare.network_short"), _sums(wide)))
        for label, there in references:
            then = _rate(there)
            found = compare("return_rate", own, there, part=True)
            yield _line(label, "return_rate", then, told("return_rate", rate, then, found))

    return _card("return_rate", rate, lines())


def _rate(sums: Sums) -> float | None:
    return sums.returns / sums.returns_treated if sums.returns_treated else None


def _stock(answers: Answers) -> Payload:
    if "received_on" in answers.absent:
        return _absent("stock", answers)
    mine, there = (int(answers[name]["stock"].sum()) for name in ("stock", "office_stock"))

    def lines() -> Iterator[Line]:
        share, words = _part(answers)
        if share:
            yield _share_line("stock", (mine, there), (share, words), answers)

    return _card("stock", mine, lines())
