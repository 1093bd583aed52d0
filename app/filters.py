"""The filter bar shared by the pages: periods, agencies, types, chips, freshness."""

from collections.abc import Iterator
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.services import services
from app.texts import day, month, number, t
from app.widgets import aria, data, icon, menu
from queries.engine import Days
from queries.selection import AGES, Selection, month_end, months_between, shift_months

MENUS = ("region", "agency", "case_type")


def bar(title: str) -> Component:
    """Title, menus, freshness, share and export; under them what is counted, and the chips."""
    counted = html.Span(
        [
            html.B("…", **data(kpi="rows", raw="")),
            f" {t('card.rows')} · ",
            html.B("…", **data(kpi="treated", raw="")),
        ],
        className="sub counted",
    )
    # The line of the chips keeps its place when there are none, so that a first pick moves nothing.
    return html.Div(
        [_menus(title), html.Div([counted, html.Div(id="chips", className="chips")], className="picks")]
    )


def _menus(title: str) -> Component:
    return html.Div(
        [
            html.H1(t(title)),
            html.Div(
                [
                    menu("menu-period", t("filter.period"), "period"),
                    menu("menu-agency", t("filter.agency"), "agency"),
                    menu("menu-type", t("filter.case_type"), "case_type"),
                ],
                className="fbar",
                role="group",
                **aria(label=t("filter.bar")),
            ),
            html.Div(
                [
                    html.Div(id="freshness", className="fresh"),
                    html.Button(
                        [icon("link-45deg"), html.Span(t("filter.share"), className="hide-s")],
                        className="fb",
                        **aria(label=t("filter.share")),
                        **data(action="share"),
                    ),
                    export_menu(),
                ],
                className="tools",
            ),
        ],
        className="head",
    )


def export_menu() -> Component:
    """The export of the current selection, one link a format."""
    symbols = {"xlsx": "spreadsheet", "csv": "text", "parquet": "binary"}
    links = [
        html.A(
            [icon(f"file-earmark-{symbol}"), t(f"filter.export_{kind}")],
            href=f"/export/{kind}",
            className="item",
            **data(export=kind),
        )
        for kind, symbol in symbols.items()
    ]
    printing = html.Button([icon("printer"), t("filter.print")], className="item", **data(action="print"))
    return html.Details(
        [
            html.Summary(
                [icon("download"), html.Span(t("filter.export"))], className="fb pri", id="export-summary"
            ),
            html.Div([*links, printing], className="panel right"),
        ],
        className="menu",
        id="menu-export",
    )


def frame(held: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    """Chips, period, counts and freshness for the selection held; the members when the snapshot is new."""
    snapshot = services().snapshot
    if snapshot is None or snapshot.first_day is None or snapshot.last_day is None:
        return {"chips": [], "period": t("filter.all_time"), "fresh": None}
    selection, days = Selection.parse(held["text"]), Days(snapshot.first_day, snapshot.last_day)
    answer: dict[str, Any] = {
        "chips": [{"dim": dim, "value": value, "label": label} for dim, value, label in chips(selection)],
        "period": period_label(selection, days),
        "picked": {dim: selection.picked(dim) for dim in MENUS} | {"period": bounds(selection)},
        "fresh": freshness(days),
    }
    if not before or before["snapshot"] != snapshot.id:
        answer["members"] = {
            "periods": [list(preset) for preset in presets(days)],
            "first": str(days.first),
            "last": str(days.last),
        } | services().members()
    return answer


def chips(selection: Selection) -> Iterator[tuple[str, str, str]]:
    """Every active pick as (dimension, value, label); the period is one chip."""
    if selection.since or selection.until:
        yield "period", "", period_words(selection)
    for dim, values in selection.picks.items():
        for value in values:
            yield dim, value, member_label(dim, value)


def member_label(dim: str, value: str) -> str:
    """A member as people read it: statuses, ages and returns have words of their own."""
    if dim == "age" and value in AGES:
        return t(f"age.{AGES.index(value)}")
    if dim in ("status", "returned"):
        known = {"closed", "open", "rejected", "0", "1"}
        return t(f"{dim}.{value}") if value in known else value
    return t("filter.agent", agent=value) if dim == "agent" else value


def presets(days: Days) -> Iterator[tuple[str, str, str]]:
    """The usual periods as (label, since, until), counted back from the last day of the data."""
    end = days.last
    for months in (1, 3, 6, 12, 24):
        first = shift_months(end.replace(day=1), 1 - months)
        if first >= days.first.replace(day=1):
            yield t(f"filter.last_{months}"), str(first), str(month_end(end))
    for year in range(end.year, max(days.first.year, end.year - 3) - 1, -1):
        yield str(year), f"{year}-01-01", f"{year}-12-31"
    yield t("filter.all_time"), "", ""


def home_selection(days: Days) -> Selection:
    """What the page opens with: the last 12 months, or everything when the data are shorter."""
    since = shift_months(days.last.replace(day=1), -11)
    if since <= days.first:
        return Selection()
    return Selection(since, month_end(days.last))


def period_label(selection: Selection, days: Days) -> str:
    """The preset that the period is, else its dates."""
    held = bounds(selection)
    return next((label for label, *preset in presets(days) if preset == held), period_words(selection))


def bounds(selection: Selection) -> list[str]:
    """First and last day as ISO texts, empty where the period is open."""
    return [str(selection.since or ""), str(selection.until or "")]


def period_words(selection: Selection) -> str:
    """« mars 2023 », « mars – mai 2023 », « 3 mars – 12 avr. 2023 »."""
    since, until = selection.since, selection.until
    if since and not until:
        return t("filter.since", day=day(since))
    if not since or not until:
        return t("filter.until", day=day(until)) if until else t("filter.all_time")
    if since.day == 1 and until == month_end(until):
        if months_between(since, until) == 1:
            return month(since)
        return f"{month(since)} – {month(until)}"
    return f"{day(since)} – {day(until)}"


def freshness(days: Days) -> dict[str, Any]:
    """How old the data are, in words; amber when late or when an older snapshot stands in."""
    fresh, last = services().freshness(), day(days.last)
    if fresh.fallback_from:
        return {
            "text": t("filter.fallback", day=last),
            "late": True,
            "banner": t("filter.fallback_banner", day=last),
        }
    if fresh.days_late:
        words = t("filter.late", day=last, days=number(fresh.days_late))
        return {"text": words, "late": True, "banner": words}
    key = "filter.simulated" if fresh.simulated else "filter.fresh"
    return {"text": t(key, day=last), "late": False, "banner": None}
