"""A page is a tuple of views. One callback updates them all; another those that may come after the paint."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from dash import ClientsideFunction, Dash, Input, Output, State

from app import reach
from app import state as states
from app.accounts import user
from app.asking import Asking, Shape
from app.declared import secured
from app.places import Place, UnknownPlace
from app.services import services
from app.texts import t
from data.snapshot import Snapshot
from queries.engine import Days
from queries.query import Query
from queries.selection import Selection

ELSEWHERE = ("network", "peers")  # references that are of other agencies

Payload = dict[str, Any]
Placed = Callable[[str], Place]  # from the last part of an address; raises UnknownPlace


@dataclass(frozen=True)
class Answers:
    """What a view draws from: the answer to each of its questions, and how they were asked."""

    rows: Mapping[str, pl.DataFrame | None]
    selection: Selection
    picked: tuple[str, ...]
    days: Days
    absent: tuple[str, ...]
    scope: Selection | None
    compared: tuple[str, ...] = ()
    place: Place | None = None
    peers: tuple[str, ...] = ()

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

    A view is never filtered by its own dimension: it keeps all its marks and dims the others. One that is
    `later` is asked for once the others are painted. `table` is what its export carries, where that is not
    the answer to `now`.
    """

    id: str
    draw: Callable[[Answers], Payload]
    asks: Mapping[str, tuple[Query, Shape]] = field(default_factory=dict)
    own: str | None = None
    later: bool = False
    table: Query | None = None

    def questions(self, asking: Asking) -> dict[str, tuple[Query, Selection] | None]:
        """What it asks, None for a comparison that has no meaning there or is not wanted."""
        base = asking.selection.without(self.own) if self.own else asking.selection
        here = Asking(base, asking.days, asking.compared, asking.place, asking.peers)
        shaped = {name: (query, shape(here)) for name, (query, shape) in self.asks.items()}
        return {
            name: (query, asked) if asked is not None else None for name, (query, asked) in shaped.items()
        }

    def unchanged(self, before: Asking, after: Asking) -> bool:
        """Whether it shows the same under both, its picked marks apart: months show the period itself."""
        shown = self.own != "month" or before.selection.picked("month") == after.selection.picked("month")
        same = (before.compared, before.place, before.peers) == (after.compared, after.place, after.peers)
        return shown and same and self.questions(before) == self.questions(after)


@dataclass(frozen=True)
class Page:
    """A page of views: its name, what it shows and to whom, and what it compares with unless told otherwise.

    `place` finds what an address below the page's own stands for; None for a page without any.
    """

    name: str
    views: tuple[View, ...]
    permission: str
    compared: tuple[str, ...] = ()
    place: Placed | None = None

    def placed(self, path: str) -> Place | None:
        """What the address stands for. Raises UnknownPlace."""
        return self.place(path.rpartition("/")[2]) if self.place else None

    def asking(self, state: states.State, days: Days, place: Place | None) -> Asking:
        """What its views' questions are shaped by."""
        compared = self.references(state)
        if place is None:
            return Asking(state.selection, days, compared)
        return Asking(place.pin(state.selection), days, compared, place, peers_of(state, place))

    def references(self, state: states.State) -> tuple[str, ...]:
        """What it compares with: what the reader chose, else its own; of one agency alone no other."""
        wanted = self.compared if state.compare is None else state.compare
        return tuple(name for name in wanted if name not in ELSEWHERE or not reach.alone())


def peers_of(state: states.State, place: Place) -> tuple[str, ...]:
    """The agencies that the place is compared with: those chosen, else those most like it."""
    return state.also.get("peer", ()) or place.peers


def update(page: Page, event: Payload | None, held: Payload | None, search: str, path: str = "") -> Payload:
    """Everything the page must draw after an event: the new state and, per view, its payload.

    A view whose questions did not change sends its picked marks alone; one that is `later` sends nothing.
    Raises ValueError for a move or an address that is none, UnknownPlace.
    """
    place = page.placed(path)
    here = held if held and (held["page"], held["path"]) == (page.name, path) else None
    before = states.State.parse(here["text"] if here else search)
    moves = event["moves"] if event and not (held and held["t"] == event["t"]) else ()
    wished = states.reduce(before, moves)
    after = reach.permitted(wished)
    if place:
        after = after.picking(place.leave(after.selection))
    snapshot = services().snapshot
    stamp = {
        "text": str(after),
        "selection": str(place.pin(after.selection) if place else after.selection),
        "t": event["t"] if event else 0,
        "snapshot": snapshot.id if snapshot else None,
        "page": page.name,
        "path": path,
        "compared": list(page.references(after)),
        "peers": list(peers_of(after, place)) if place and place.dim == "agency" else None,
    }
    days = _days(snapshot)
    if snapshot is None or days is None:
        return {"held": stamp, "views": {}, "nothing": True}
    known = page.asking(before, days, place) if here and here["snapshot"] == snapshot.id else None
    views = tuple(view for view in page.views if not view.later)
    drawn = _draw(views, page.asking(after, days, place), known, snapshot.absent)
    said = {} if reach.permitted(wished) == wished else {"notice": t("page.no_agents")}
    return {"held": stamp, "views": drawn, "later": len(views) < len(page.views)} | said


def update_later(page: Page, held: Payload, drawn: Payload | None) -> Payload:
    """What the views that are `later` must draw for the state `held`; `drawn` is the state they show."""
    place = page.placed(held["path"])
    snapshot = services().snapshot
    days = _days(snapshot)
    if snapshot is None or days is None:
        return {"held": held, "views": {}}
    here = {"page": page.name, "path": held["path"], "snapshot": snapshot.id}
    same = drawn and all(drawn[key] == value for key, value in here.items())
    known = page.asking(reach.state(drawn["text"]), days, place) if drawn and same else None
    asking = page.asking(reach.state(held["text"]), days, place)
    views = tuple(view for view in page.views if view.later)
    return {"held": held, "views": _draw(views, asking, known, snapshot.absent)}


def _days(snapshot: Snapshot | None) -> Days | None:
    return Days.of(snapshot) if snapshot else None


def _draw(
    views: tuple[View, ...], after: Asking, before: Asking | None, absent: tuple[str, ...]
) -> dict[str, Payload]:
    asked = {view.id: view.questions(after) for view in views}
    changed = [view for view in views if before is None or not view.unchanged(before, after)]
    wanted = {q: None for view in changed for q in asked[view.id].values() if q is not None}
    scope = user().scope
    answers = dict(zip(wanted, services().run_all(list(wanted), scope), strict=True))
    payloads: dict[str, Payload] = {}
    for view in views:
        picked = after.selection.picked(view.own) if view.own else ()
        if view not in changed:
            payloads[view.id] = {"picked": picked}
            continue
        rows = {name: answers[q] if q is not None else None for name, q in asked[view.id].items()}
        told = Answers(
            rows, after.selection, picked, after.days, absent, scope, after.compared, after.place, after.peers
        )
        payloads[view.id] = view.draw(told) | {"picked": picked}
    return payloads


def register(app: Dash, page: Page, frame: Callable[[Payload, Payload | None], Payload]) -> None:
    """Declare the page's callbacks, and the clientside functions that draw what they answer.

    `frame` gives what surrounds the views (chips, period, freshness) from what is held now and before.
    """

    @secured(
        page.permission,
        Output(f"{page.name}-data", "data"),
        Input("event", "data"),
        State("held", "data"),
        State("place", "search"),
        State("place", "pathname"),
    )
    def update_page(
        event: Payload | None, held: Payload | None, search: str | None, pathname: str | None
    ) -> Payload | None:
        path = pathname or ""
        try:
            answer = update(page, event, held, search or "", path)
        except UnknownPlace:
            return None  # the router says so
        except ValueError:
            answer = update(page, None, held, "", path) | {"notice": t("page.bad_link")}
        return answer | frame(answer["held"], held)

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("vigie", "draw"), Input(f"{page.name}-data", "data"), State("texts", "data")
    )
    if any(view.later for view in page.views):
        _register_later(app, page)


def _register_later(app: Dash, page: Page) -> None:
    @secured(
        page.permission,
        Output(f"{page.name}-later", "data"),
        Input(f"{page.name}-ask", "data"),
        prevent_initial_call=True,
    )
    def update_page_later(asked: Payload | None) -> Payload | None:
        return asked and update_later(page, asked["held"], asked.get("drawn"))

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("vigie", "later"), Input(f"{page.name}-later", "data")
    )
