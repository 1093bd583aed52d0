"""The filter bar shared by the pages: periods, agencies, types, chips, freshness."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from app import comparison
from app.accounts import user
from app.services import services
from app.state import State
from app.texts import day, month, number, t
from app.widgets import aria, data, icon, menu
from queries import places
from queries.engine import Days
from queries.selection import AGES, Selection, month_end, months_between, shift_months

MENUS = ("region", "agency", "case_type")


def bar(
    title: str, *, crumbs: Component | None = None, sub: str | None = None, agency_menu: bool = True
) -> Component:
    """Title, menus, freshness, share and export; under them what is counted, and the chips.

    `title` is shown as it is. A page below the network has its breadcrumb above and `sub` beside the title;
    its « Agence » menu leads to the page of another agency.
    """
    counted = html.Span(
        [
            html.B("…", **data(kpi="rows", raw="")),
            f" {t('card.rows')} · ",
            html.B("…", **data(kpi="treated", raw="")),
        ],
        className="sub counted",
    )
    heading: Component = html.H1(title)
    if crumbs is not None:
        beside = html.Div(sub or "", className="sub", id="place-sub")
        heading = html.Div([crumbs, html.Div([heading, beside], className="named")], className="named-place")
    # The line of the chips keeps its place when there are none, so that a first pick moves nothing.
    return html.Div(
        [
            _head(heading, placed=crumbs is not None, agency_menu=agency_menu),
            html.Div([counted, *_steps(), html.Div(id="chips", className="chips")], className="picks"),
        ]
    )


def _steps() -> list[Component]:
    """Undo and redo; a script tells what each would change, and whether there is anything to."""
    return [
        html.Button(
            [icon(f"arrow-{turn}"), html.Span(t(f"way.{name}"), className="vh" if name == "redo" else "")],
            className="step",
            id=name,
            title=t(f"way.{name}_keys"),
            **aria(label=t(f"way.{name}"), disabled="true", keyshortcuts=keys),
            **data(action=name),
        )
        for name, turn, keys in (
            ("undo", "counterclockwise", "Control+Z Meta+Z"),
            ("redo", "clockwise", "Control+Shift+Z Control+Y Meta+Shift+Z"),
        )
    ]


def _head(heading: Component, *, placed: bool, agency_menu: bool) -> Component:
    menus = [menu("menu-period", t("filter.period"), "period"), comparison.compare_menu()]
    if agency_menu:
        menus.append(menu("menu-agency", t("filter.agency"), "office" if placed else "agency"))
    menus += [menu("menu-type", t("filter.case_type"), "case_type"), _views_menu()]
    return html.Div(
        [
            heading,
            html.Div(menus, className="fbar", role="group", **aria(label=t("filter.bar"))),
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
        className="head placed" if placed else "head",
    )


def _views_menu() -> Component:
    """The reader's saved views; a script fills it when it opens."""
    return html.Details(
        [
            html.Summary([icon("bookmark"), t("way.views"), icon("chevron-down")], className="fb"),
            html.Div(className="panel", **data(menu="views")),
        ],
        className="menu",
        id="menu-views",
    )


def export_menu() -> Component:
    """The export of the current selection, one link a format; printing alone for who may not export."""
    if "export.aggregate" not in user().permissions:
        printed = [icon("printer"), html.Span(t("filter.print"), className="hide-s")]
        return html.Button(printed, className="fb", **aria(label=t("filter.print")), **data(action="print"))
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
    selection, days = State.parse(held["text"]).selection, Days(snapshot.first_day, snapshot.last_day)
    answer: dict[str, Any] = {
        "chips": [{"dim": dim, "value": value, "label": label} for dim, value, label in chips(selection)],
        "period": period_label(selection, days),
        "picked": {dim: selection.picked(dim) for dim in MENUS} | {"period": bounds(selection)},
        "fresh": freshness(days),
        "compare": comparison.told(held),
    }
    if not before or before["snapshot"] != snapshot.id:
        answer["members"] = {
            "periods": [list(preset) for preset in presets(days)],
            "first": str(days.first),
            "last": str(days.last),
            "office": offices(),
        } | services().members()
    return answer


def offices() -> list[list[str]]:
    """The agencies that have a page of their own and that the reader may see, as [address, name] by name."""
    found = services().run(places.offices, Selection(), user().scope)
    return [[quote(each, safe=""), name] for each, name in found.select("agency_id", "agency").iter_rows()]


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
    if dim == "state":
        return t(f"cases.state_{value}")
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
