"""What the reader compares with: the menu of the filter bar, and which references have a meaning here."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from dash.development.base_component import Component

from app import reach, targets
from app.crossfilter import ELSEWHERE
from app.references import ORDER, distinct
from app.texts import t
from app.widgets import menu
from queries.selection import Selection

LISTED = ("previous", "year", "target", "network", "peers")  # in the order of the menu
PLACED = ("region", "agency", "agent")


class Choice(NamedTuple):
    """One entry of the menu; `why` says what it lacks, empty where it can be shown."""

    name: str
    label: str
    why: str
    chosen: bool


def compare_menu() -> Component:
    """« Comparer à », its references ticked on the client."""
    return menu("menu-compare", t("filter.compare"), "compare")


def told(held: Mapping[str, Any]) -> dict[str, Any]:
    """The menu for the state held: what its summary says, and its entries."""
    selection = Selection.parse(held["selection"])
    entries = list(choices(selection, held["compared"], held["peers"]))
    shown = distinct(tuple(entry.name for entry in entries if entry.chosen and not entry.why), selection)
    count, names = summary(shown)
    return {"count": count, "names": names, "choices": [list(entry) for entry in entries]}


def choices(selection: Selection, compared: list[str], peers: list[str] | None) -> Iterator[Choice]:
    """Every reference of the page; `peers` are the agencies closest to its place, None where it has none."""
    hidden = ELSEWHERE if reach.alone() else ("peers",) if peers is None else ()
    for name in (each for each in LISTED if each not in hidden):
        yield Choice(name, t(f"compare.{name}"), _why(name, selection, peers or []), name in compared)


def summary(shown: Collection[str]) -> tuple[str, str]:
    """« un an avant »; « 3 repères », and where there is room « : réseau, proches, un an avant »."""
    names = [t(f"compare.{name}") for name in ORDER if name in shown]
    if len(names) < 2:
        return (names or [t("compare.nothing")])[0], ""
    return t("compare.some", count=len(names)), t("compare.names", names=", ".join(names))


def _why(name: str, selection: Selection, peers: list[str]) -> str:
    """What a reference lacks here; empty where it lacks nothing."""
    lacking = {
        "previous": not (selection.since and selection.until),
        "year": not (selection.since and selection.until),
        "network": not any(selection.picked(dim) for dim in PLACED),
        "peers": not peers,
    }
    if name == "target":
        return "" if targets.loaded() else t("compare.why_target")
    if not lacking[name]:
        return ""
    return t("compare.why_period" if name in ("previous", "year") else f"compare.why_{name}")
