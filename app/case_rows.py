"""The rows of a list of cases: their order found once and kept, pages fetched from it by row."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

import polars as pl

from app.services import services
from data.snapshot import Snapshot
from queries import cases
from queries.cases.listing import Listing
from queries.duckdb_engine import DuckdbEngine
from queries.selection import Selection

KEPT = 4_000_000  # rows of all the orders kept, four bytes each
LARGEST_PAGE = 200


@dataclass(frozen=True)
class Asked:
    """A list of cases: which one, under which selection, for a reader of that scope."""

    listing: Listing
    selection: Selection
    scope: Selection | None


@dataclass(frozen=True)
class Page:
    """Some rows of a list, in its order; `total` counts all of them."""

    snapshot: Snapshot
    total: int
    rows: pl.DataFrame


class Orders:
    """The orders last asked for, up to `most` rows together; safe to share between threads."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._held: OrderedDict[tuple[str, ...], pl.Series] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, snapshot: Snapshot, engine: DuckdbEngine, asked: Asked) -> pl.Series:
        """The rows of the list, in order, as they are numbered in that version. Raises QueryTimeout."""
        key = (str(snapshot.folder), str(asked.listing), str(asked.selection), str(asked.scope))
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        answer = engine.run(asked.listing.query, asked.selection, asked.scope, asked.listing.values)
        order = answer["row"].cast(pl.UInt32)
        with self._lock:
            self._held[key] = order
            while len(self._held) > 1 and sum(map(len, self._held.values())) > self._most:
                self._held.popitem(last=False)
        return order


ORDERS = Orders()


def page(asked: Asked, start: int, count: int) -> Page:
    """Rows `start` to `start + count` of the list. Raises NoSnapshot, QueryTimeout."""
    snapshot, engine = services().facts()
    order = ORDERS.of(snapshot, engine, asked)
    return Page(snapshot, len(order), fetched(engine, asked, order.slice(start, count)))


def fetched(engine: DuckdbEngine, asked: Asked, wanted: pl.Series) -> pl.DataFrame:
    """Those rows in their order, with the columns of `cases.rows`."""
    if wanted.is_empty():
        return cases.rows.columns.to_frame()
    found = engine.run(cases.rows, asked.selection, asked.scope, {"rows": wanted.to_list()})
    places = pl.DataFrame({"row": wanted.cast(pl.Int64)})
    return places.join(found, on="row", how="inner", maintain_order="left")


def counts(asked: Asked) -> dict[str, int]:
    """How many rows each list holds, by its name; what `treated` and `stock` add up to beside."""
    answer = services().run(cases.counts, asked.selection, asked.scope)
    return {name: int(value or 0) for name, value in answer.row(0, named=True).items()}
