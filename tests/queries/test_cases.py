from collections.abc import Iterator
from pathlib import Path

import pytest

from app.case_rows import Asked, Orders
from data.snapshot import current
from queries import cases as ask
from queries.cases.listing import PARTS, BadListing, Filter, Listing, Sort
from queries.duckdb_engine import DuckdbEngine
from queries.selection import Selection
from tests.drawn import cases, published

DRAWING = """
    day        | received_on | closed_on  | status   | delay_days | agency | agent | case_type  | returns | return_reason
    2026-01-10 | 2026-01-01  | 2026-01-10 | closed   |          9 | Lille  | p1    | Réversion  |       0 | -
    2026-02-10 | 2026-01-01  | 2026-02-10 | closed   |         40 | Lille  | p2    | Invalidité |       1 | pièce manquante
    2026-02-11 | 2026-02-01  | 2026-02-11 | rejected |         10 | Lille  | p1    | Réversion  |       0 | -
    2026-02-20 | 2026-02-20  | -          | open     |          - | Lille  | p2    | Réversion  |       0 | -
    2026-03-01 | 2026-03-01  | -          | open     |          - | Lille  | p1    | Invalidité |       2 | saisie erronée
    2026-03-31 | 2026-03-21  | 2026-03-31 | closed   |         10 | Rouen  | p3    | Réversion  |       0 | -
"""  # noqa: E501  a table


@pytest.fixture
def engine(home: Path) -> Iterator[DuckdbEngine]:
    published(home, cases(DRAWING))
    found = DuckdbEngine(current(home), threads=1)
    yield found
    found.close()


def ids(
    engine: DuckdbEngine, listing: str = "", selection: str = "", scope: Selection | None = None
) -> list[str]:
    """The case ids of a list, in its order."""
    pairs = [tuple(part.split("=", 1)) for part in listing.split("&") if part]
    held = Listing.parse([(name, value) for name, value in pairs])
    picked = Selection.parse(selection)
    allowed = Selection() if scope is None else scope
    rows = engine.run(held.query, picked, allowed, held.values)["row"].to_list()
    found = engine.run(ask.rows, picked, allowed, {"rows": rows})
    named = dict(found.select("row", "case_id").iter_rows())
    return [named[row] for row in rows]


def counted(engine: DuckdbEngine, selection: str = "") -> dict[str, int]:
    return engine.run(ask.counts, Selection.parse(selection), Selection()).row(0, named=True)


def test_the_longest_delay_comes_first_and_open_cases_count_by_their_age(engine: DuckdbEngine) -> None:
    assert ids(engine, selection="agency=Lille") == ["1", "3", "4", "2", "0"]  # 40, 39, 30, 10, 9 days


def test_several_sorts_hold_one_after_the_other(engine: DuckdbEngine) -> None:
    assert ids(engine, "sort=case_type:asc&sort=delay:asc") == ["4", "1", "0", "2", "5", "3"]


@pytest.mark.parametrize("way", ["asc", "desc"])
def test_what_is_not_known_comes_last_either_way(engine: DuckdbEngine, way: str) -> None:
    assert set(ids(engine, f"sort=closed_on:{way}")[-2:]) == {"3", "4"}


@pytest.mark.parametrize("way", ["asc", "desc"])
def test_ties_keep_the_order_of_the_rows(engine: DuckdbEngine, way: str) -> None:
    assert ids(engine, f"sort=norm_days:{way}") == ids(engine, f"sort=treated:{way}")


@pytest.mark.parametrize("part", PARTS)
def test_a_list_holds_as_many_rows_as_its_count_says(engine: DuckdbEngine, part: str) -> None:
    for selection in ("", "agency=Lille", "until=2026-02-28", "since=2026-02-01&until=2026-02-28"):
        assert len(ids(engine, f"list={part}", selection)) == counted(engine, selection)[part], selection


def test_each_list_holds_what_its_name_says(engine: DuckdbEngine) -> None:
    held = {part: sorted(ids(engine, f"list={part}")) for part in PARTS if part != "at_risk"}
    assert held == {
        "all": ["0", "1", "2", "3", "4", "5"],
        "open": ["3", "4"],
        "late": ["3", "4"],
        "returned": ["1", "4"],
        "closed": ["0", "1", "5"],
    }


def test_open_means_open_at_the_end_of_the_period_whenever_received(engine: DuckdbEngine) -> None:
    assert ids(engine, "list=open", "since=2026-01-15&until=2026-01-31") == ["1"]
    assert counted(engine, "since=2026-01-15&until=2026-01-31")["stock"] == 1


def test_a_case_past_its_norm_is_told_as_of_the_end_of_the_period(engine: DuckdbEngine) -> None:
    assert ids(engine, "list=late", "until=2026-03-13") == ["3"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("case_type:contains:INVALIDITE", ["1", "4"]),
        ("case_type:equals:reversion", ["0", "2", "3", "5"]),
        ("case_type:equals:rever", []),
        ("delay:gt:30", ["1", "3"]),
        ("delay:lt:10", ["0"]),
        ("delay:eq:10", ["2", "5"]),
        ("delay:between:10..30", ["2", "4", "5"]),
        ("received_on:gt:2026-02-20", ["4", "5"]),
        ("received_on:between:2026-02-01..2026-02-20", ["2", "3"]),
        ("state:in:returned|rejected", ["2", "4"]),
        ("agent:equals:p3", ["5"]),
    ],
)
def test_a_filter_keeps_the_rows_that_meet_it(engine: DuckdbEngine, written: str, found: list[str]) -> None:
    assert sorted(ids(engine, f"filter={written}")) == found


def test_filters_hold_together(engine: DuckdbEngine) -> None:
    assert ids(engine, "filter=delay:gt:9&filter=agent:equals:p1") == ["4", "2"]


@pytest.mark.parametrize(
    "value", ["' OR 1=1 --", "%", "_", "\\", "'; DROP TABLE cases; --", "$f0", "{column}"]
)
def test_a_hostile_value_is_a_value(engine: DuckdbEngine, value: str) -> None:
    assert ids(engine, f"filter=case_type:contains:{value}") == []


def test_every_value_is_bound_and_none_is_in_the_text() -> None:
    listing = Listing(
        "late", (), (Filter.parse("case_type:contains:hostile"), Filter.parse("delay:between:11..22"))
    )
    assert "hostile" not in listing.query.sql
    assert {"hostile", 11.0, 22.0, "late"} <= set(listing.values.values())


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("sort", "row:asc"),
        ("sort", "delay:down"),
        ("sort", "delay; DROP TABLE cases:asc"),
        ("sort", "weight:asc"),
        ("filter", "weight:gt:1"),
        ("filter", "delay:contains:1"),
        ("filter", "delay:gt:many"),
        ("filter", "delay:gt:nan"),
        ("filter", "delay:gt:1e99"),
        ("filter", "delay:between:1"),
        ("filter", "received_on:gt:31/02/2026"),
        ("filter", "state:in:gone"),
        ("filter", "case_id:contains:\0"),
        ("filter", "case_id:contains:" + "x" * 201),
        ("filter", "case_id) OR (1=1:contains:x"),
        ("list", "everything"),
    ],
)
def test_what_is_no_list_is_refused_by_its_parameter(field: str, written: str) -> None:
    with pytest.raises(BadListing) as refused:
        Listing.parse([(field, written)])
    assert refused.value.field == field


def test_more_sorts_than_there_are_columns_are_refused() -> None:
    with pytest.raises(BadListing):
        Listing("all", tuple(Sort("delay") for _ in range(21)))


def test_no_row_outside_the_scope_is_listed_counted_or_fetched(engine: DuckdbEngine) -> None:
    rouen = Selection(picks={"agency": ("Rouen",)})
    assert ids(engine, scope=rouen) == ["5"]
    assert engine.run(ask.counts, Selection(), None)["all"].item() == 0
    assert engine.run(ask.rows, Selection(), rouen, {"rows": list(range(6))}).height == 1
    assert engine.run(ask.one, Selection(), rouen, {"case_id": "0"}).is_empty()


def test_an_order_is_asked_once_and_pages_are_cut_from_it(engine: DuckdbEngine, home: Path) -> None:
    snapshot, orders = current(home), Orders()
    asked = Asked(Listing(), Selection(), Selection())
    first = orders.of(snapshot, engine, asked)
    engine.close()  # a second question could not be answered
    assert orders.of(snapshot, engine, asked) is first


def test_orders_past_the_room_there_is_let_go_the_oldest(engine: DuckdbEngine, home: Path) -> None:
    snapshot, orders = current(home), Orders(most=8)
    wide, narrow = (Asked(Listing(part), Selection(), Selection()) for part in ("all", "closed"))
    first = orders.of(snapshot, engine, wide)
    orders.of(snapshot, engine, narrow)
    assert orders.of(snapshot, engine, wide) is not first
