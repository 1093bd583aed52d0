"""Cubes and facts answer alike: every query, every kind of selection, nulls, ties and fractions included."""

import random
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from queries.catalogue import QUERIES
from queries.query import Query
from queries.selection import Selection
from tests.counts import count
from tests.drawn import KINDS, published
from tests.engines.engines import Engines, on

FIRST, LAST = date(2025, 3, 5), date(2026, 2, 17)
AGENCIES = ("Lille", "Bobigny", "Créteil", "L'Haÿ", "Évry")


def messy_cases(rows: int, seed: int = 3) -> pl.DataFrame:
    """Cases with nulls everywhere they may stand, ties, fractions, batches and cases still open."""
    draw = random.Random(seed)
    made = []
    for _ in range(rows):
        received = FIRST + timedelta(draw.randrange((LAST - FIRST).days + 1))
        closed = received + timedelta(draw.randrange(1, 60))
        status = draw.choices(("closed", "rejected", "open"), (8, 1, 2))[0] if closed <= LAST else "open"
        agency = draw.choice(AGENCIES)
        made.append(
            {
                "day": received if status == "open" else closed,
                "received_on": received,
                "closed_on": None if status == "open" else closed,
                "agency": agency,
                "region": "Nord" if agency == "Lille" else "Île-de-France",
                "agent": draw.choice(("A1", "A2", None)),
                "case_type": draw.choice(("Retraite", "Réversion", "=Invalidité")),
                "status": status,
                "treated": draw.choice((1, 1, 2, 7)),
                "delay_days": draw.choice((None, 20.0, draw.randrange(1, 60) / 4)),
                "documents": 1,
                "returns": draw.choice((None, 0, 0, 1, 3)),
                "return_reason": None,
                "workload": draw.choice((None, 1.25)),
                "stated_return_rate": draw.choice((None, 0.1, 1 / 3)),
                "norm_days": draw.choice((20.0, 12.5)),
                "weight": draw.choice((1.0, 0.8)),
            }
        )
    frame = pl.DataFrame(made, schema=KINDS)
    return frame.insert_column(0, pl.Series("case_id", [str(n) for n in range(rows)], dtype=pl.String))


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return on(published(tmp_path_factory.mktemp("messy"), messy_cases(600), fte=12.5))


SELECTIONS = (
    "",
    "agency=Lille",
    "agency=Lille&agency=Bobigny&case_type=Retraite",
    "region=%C3%8Ele-de-France&status=closed",
    "returned=1",
    "age=31%2B",
    "since=2025-06-01&until=2025-08-31",
    "since=2025-06-10&until=2025-08-20",
    "since=2025-06-10&until=2025-06-20&agency=L%27Ha%C3%BF",
    "since=2025-06-10",
    "until=2025-05-31",
    "until=2025-05-12&age=11-20",
    "since=2024-01-01&until=2027-12-31",
    "since=2027-01-01&until=2027-12-31",
    "agent=A1",
    "agency=personne",
    "agency=%27%20OR%201%3D1%20--",
)


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: query.id)
def test_every_query_answers_alike_with_its_declared_columns(
    engines: Engines, query: Query, selection: str
) -> None:
    assert engines.run(query, selection).schema == query.columns


@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: query.id)
def test_without_a_scope_no_query_counts_a_row(engines: Engines, query: Query) -> None:
    shown = engines.run(query, "", scope=None)
    counted = [name for name, kind in query.columns.items() if kind in (pl.Int64, pl.Float64)]
    assert all(value in (0, None) for row in shown.select(counted).rows() for value in row)


@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: query.id)
def test_a_scope_cuts_like_a_pick(engines: Engines, query: Query) -> None:
    scope = Selection.parse("agency=Lille&agency=Bobigny")
    scoped = engines.run(query, "case_type=Retraite", scope)
    picked = engines.run(query, "case_type=Retraite&agency=Lille&agency=Bobigny")
    assert scoped.equals(picked, null_equal=True)


def test_a_pick_outside_the_scope_shows_nothing(engines: Engines) -> None:
    scope = Selection.parse("agency=Lille")
    shown = engines.run(QUERIES["production.delay_by_agency"], "agency=Bobigny", scope)
    assert shown.is_empty()


def test_random_selections_answer_alike(engines: Engines) -> None:
    draw = random.Random(11)
    for _ in range(count(40, 1000)):
        selection = random_selection(draw)
        query = draw.choice(list(QUERIES.values()))
        engines.run(query, selection)


def random_selection(draw: random.Random) -> Selection:
    picks = {
        "agency": draw.sample(AGENCIES, draw.randrange(3)),
        "case_type": draw.sample(("Retraite", "Réversion", "=Invalidité", "?"), draw.randrange(3)),
        "status": draw.sample(("closed", "open"), draw.randrange(2)),
        "returned": draw.sample(("0", "1"), draw.randrange(2)),
        "age": draw.sample(("0-10", "31+"), draw.choice((0, 0, 1))),
    }
    since = FIRST + timedelta(draw.randrange(-40, 300))
    until = since + timedelta(draw.randrange(200))
    first, last = draw.choice(((None, None), (since, until), (since, None), (None, until)))
    return Selection(first, last, {dim: tuple(values) for dim, values in picks.items() if values})


def test_the_answers_of_one_call_are_those_of_separate_calls(engines: Engines, tmp_path: Path) -> None:
    everyone = Selection()
    asked = [(query, Selection.parse(text)) for query in QUERIES.values() for text in SELECTIONS[:4]]
    asked = [(query, picked) for query, picked in asked if engines.cubes.answers(query, picked, everyone)]
    assert len(asked) > 40
    together = engines.cubes.run_all(asked, Selection())
    for (query, selection), answer in zip(asked, together, strict=True):
        assert answer.equals(engines.cubes.run(query, selection, Selection()), null_equal=True)
