"""A page is a tuple of views, and one callback updates them all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
from dash import ClientsideFunction, Dash, Input, Output, State

from app.accounts import user
from app.declared import secured
from app.services import services
from app.texts import t
from queries.engine import Days
from queries.query import Query
from queries.selection import Selection

Shape = Callable[[Selection, Days], Selection | None]
Payload = dict[str, Any]


def as_picked(selection: Selection, _days: Days) -> Selection:
    """The selection as it is."""
    return selection


def whole_time(selection: Selection, _days: Days) -> Selection:
    """The same picks over all the days there are."""
    return selection.during(None, None)


def network(_selection: Selection, _days: Days) -> Selection:
    """Everything the reader may see."""
    return Selection()


def previous(selection: Selection, _days: Days) -> Selection | None:
    """The period before, None without one."""
    return selection.previous()


def year_before(selection: Selection, _days: Days) -> Selection | None:
    """The same days a year earlier, None without a period."""
    return selection.year_before() if selection.since and selection.until else None


@dataclass(frozen=True)
class Answers:
    """What a view draws from: the answer to each of its questions, and how they were asked."""

    rows: Mapping[str, pl.DataFrame | None]
    selection: Selection
    picked: tuple[str, ...]
    days: Days
    absent: tuple[str, ...]
    scope: Selection | None

    def __getitem__(self, name: str) -> pl.DataFrame:
        answer = self.rows[name]
        if answer is None:
            raise KeyError(f"{name} was not asked")
        return answer

    def get(self, name: str) -> pl.DataFrame | None:
        """The answer, or None where the selection leaves the question without meaning."""
        return self.rows[name]


@dataclass(frozen=True)
class View:
    """One visual: its element, what it asks, how it draws; `own` is the dimension its marks pick.

    A view is never filtered by its own dimension: it keeps all its marks and dims the others.
    """

    id: str
    draw: Callable[[Answers], Payload]
    asks: Mapping[str, tuple[Query, Shape]] = field(default_factory=dict)
    own: str | None = None

    def questions(self, selection: Selection, days: Days) -> dict[str, tuple[Query, Selection] | None]:
        """What it asks under a selection, None for a comparison that has no meaning there."""
        base = selection.without(self.own) if self.own else selection
        shaped = {name: (query, shape(base, days)) for name, (query, shape) in self.asks.items()}
        return {
            name: (query, asked) if asked is not None else None for name, (query, asked) in shaped.items()
        }

    def unchanged(self, before: Selection, after: Selection, days: Days) -> bool:
        """Whether it shows the same under both, its picked marks apart: months show the period itself."""
        shown = self.own != "month" or before.picked("month") == after.picked("month")
        return shown and self.questions(before, days) == self.questions(after, days)


def reduce(selection: Selection, moves: Iterable[Mapping[str, Any]]) -> Selection:
    """The selection after each move: a toggled mark, a removal, a period, a search string, or a reset to all.

    Raises ValueError for a move or a value that is none.
    """
    for move in moves:
        match move:
            case {"search": str(search)}:
                selection = Selection.parse(search)
            case {"without": str(dim), **rest}:
                selection = selection.without(dim, rest.get("value"))
            case {"clear": True}:
                selection = Selection()
            case {"since": str(since), "until": str(until)}:
                selection = selection.during(_day(since), _day(until))
            case {"dim": str(dim), "value": str(value), **rest}:
                selection = selection.toggle(dim, value, multi=bool(rest.get("multi")))
            case _:
                raise ValueError("unknown move")
    return selection


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def update(views: tuple[View, ...], event: Payload | None, held: Payload | None, search: str) -> Payload:
    """Everything the page must draw after an event: the new selection and, per view, its payload.

    A view whose questions did not change sends its picked marks alone.
    """
    service = services()
    snapshot = service.snapshot
    before = Selection.parse(held["text"] if held else search)
    moves = event["moves"] if event and not (held and held["t"] == event["t"]) else ()
    after = reduce(before, moves)
    stamp = {
        "text": str(after),
        "t": event["t"] if event else 0,
        "snapshot": snapshot.id if snapshot else None,
        "page": views[0].id,
    }
    if snapshot is None or snapshot.first_day is None or snapshot.last_day is None:
        return {"held": stamp, "views": {}, "nothing": True}
    days = Days(snapshot.first_day, snapshot.last_day)
    known = before if held and (held["snapshot"], held["page"]) == (snapshot.id, views[0].id) else None
    drawn = _draw(views, after, known, days, snapshot.absent)
    return {"held": stamp, "views": drawn}


def _draw(
    views: tuple[View, ...], after: Selection, before: Selection | None, days: Days, absent: tuple[str, ...]
) -> dict[str, Payload]:
    asked = {view.id: view.questions(after, days) for view in views}
    changed = [view for view in views if before is None or not view.unchanged(before, after, days)]
    wanted = {q: None for view in changed for q in asked[view.id].values() if q is not None}
    scope = user().scope
    answers = dict(zip(wanted, services().run_all(list(wanted), scope), strict=True))
    payloads: dict[str, Payload] = {}
    for view in views:
        picked = after.picked(view.own) if view.own else ()
        if view not in changed:
            payloads[view.id] = {"picked": picked}
            continue
        rows = {name: answers[q] if q is not None else None for name, q in asked[view.id].items()}
        payloads[view.id] = view.draw(Answers(rows, after, picked, days, absent, scope)) | {"picked": picked}
    return payloads


def register(
    app: Dash,
    page: str,
    views: tuple[View, ...],
    permission: str,
    frame: Callable[[Payload, Payload | None], Payload],
) -> None:
    """Declare the page's one callback, and the clientside function that draws what it answers.

    `frame` gives what surrounds the views (chips, period, freshness) from what is held now and before.
    """

    @secured(
        permission,
        Output(f"{page}-data", "data"),
        Input("event", "data"),
        State("held", "data"),
        State("place", "search"),
    )
    def update_page(event: Payload | None, held: Payload | None, search: str | None) -> Payload:
        try:
            answer = update(views, event, held, search or "")
        except ValueError:
            answer = update(views, None, held, "") | {"notice": t("page.bad_link")}
        return answer | frame(answer["held"], held)

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("vigie", "draw"), Input(f"{page}-data", "data"), State("texts", "data")
    )
