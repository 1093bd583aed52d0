"""Which open cases may pass their norm: as asked of a published version."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from queries import risk as ask
from queries.duckdb_engine import DuckdbEngine
from queries.engine import EVERYTHING
from queries.polars_engine import PolarsEngine
from queries.query import Query
from queries.selection import Selection
from tests.drawn import DEFAULTS, KINDS, published

LAST = date(2026, 6, 30)
STANDING: tuple[tuple[str, int, dict[str, Any]], ...] = (  # age on the last day, and what sets the case apart
    ("young", 2, {}),
    ("ripe", 15, {"returns": 1, "return_reason": "signature absente"}),
    ("edge", 19, {"agent": "A7"}),
    ("due", 20, {}),
    ("past", 40, {}),
    ("batch", 19, {"treated": 4, "agency": "Rouen", "region": "Sud"}),
)


def finished(count: int, **values: Any) -> list[dict[str, Any]]:
    """Cases closed over the year before: four of ten in 5 days, two before the norm, four in 30."""
    made = []
    for number in range(count):
        received = LAST - timedelta(number * 360 // count + 31)
        took = (5, 5, 5, 5, 18, 20, 30, 30, 30, 30)[number % 10]
        closed = received + timedelta(took)
        made.append(
            DEFAULTS
            | {"case_id": f"f{number}{values.get('agency', '')}", "day": closed, "received_on": received}
            | {"closed_on": closed, "delay_days": float(took)}
            | values
        )
    return made


def standing() -> list[dict[str, Any]]:
    return [
        DEFAULTS
        | {"case_id": name, "day": LAST - timedelta(age), "received_on": LAST - timedelta(age)}
        | {"status": "open", "documents": 5}
        | values
        for name, age, values in STANDING
    ]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> DuckdbEngine:
    table = [*finished(600), *finished(600, agency="Rouen", region="Sud"), *standing()]
    table.append(DEFAULTS | {"case_id": "last", "day": LAST})
    frame = pl.DataFrame(table, schema={"case_id": pl.String(), **KINDS})
    snapshot = published(tmp_path_factory.mktemp("risk"), frame)
    assert not any(PolarsEngine(snapshot).answers(query, EVERYTHING, EVERYTHING) for query in ask.QUERIES)
    return DuckdbEngine(snapshot, threads=1)


def run(
    engine: DuckdbEngine, query: Query, selection: str = "", scope: Selection | None = EVERYTHING
) -> pl.DataFrame:
    answer = engine.run(query, Selection.parse(selection), scope)
    assert answer.schema == query.columns
    return answer


def ids(rows: pl.DataFrame) -> Sequence[str]:
    return rows["case_id"].to_list()


def test_at_risk_are_open_cases_before_their_norm_that_more_likely_pass_it(engine: DuckdbEngine) -> None:
    rows = run(engine, ask.at_risk)
    assert sorted(ids(rows)) == ["batch", "edge", "ripe"]
    assert (rows["chance"] > 0.5).all()
    assert rows["age_days"].to_list() == [19, 19, 15]
    ripe = rows.row(2, named=True)
    assert (ripe["return_reason"], ripe["documents"], ripe["norm_days"]) == ("signature absente", 5, 20.0)


def test_the_likeliest_comes_first(engine: DuckdbEngine) -> None:
    rows = run(engine, ask.at_risk)
    assert rows["chance"].is_sorted(descending=True)
    assert ids(rows)[-1] == "ripe"


@pytest.mark.parametrize(
    ("selection", "expected"),
    [("agency=Rouen", ["batch"]), ("agent=A7", ["edge"]), ("returned=1", ["ripe"]), ("status=closed", [])],
)
def test_picks_cut_the_cases_at_risk(engine: DuckdbEngine, selection: str, expected: list[str]) -> None:
    assert ids(run(engine, ask.at_risk, selection)) == expected


def test_a_scope_cuts_like_a_pick_and_without_one_nothing_shows(engine: DuckdbEngine) -> None:
    scope = Selection.parse("agency=Rouen")
    for query in ask.QUERIES:
        assert run(engine, query, "", scope).equals(run(engine, query, "agency=Rouen"))
        assert run(engine, query, "", None).is_empty()


def test_the_days_ahead_hold_the_cases_that_reach_their_norm_on_them(engine: DuckdbEngine) -> None:
    rows = run(engine, ask.days_ahead)
    assert rows["due_on"].to_list() == [LAST + timedelta(days) for days in (1, 5, 18)]
    assert rows["within"].to_list() == rows["told"].to_list() == [2, 1, 1]
    assert rows["cases"].to_list() == [5, 1, 1]
    assert rows["at_risk"].to_list() == [2, 1, 0]


def test_misses_ahead_are_the_sum_of_chances_over_batches(engine: DuckdbEngine) -> None:
    chance = dict(run(engine, ask.at_risk).select("case_id", "chance").iter_rows())
    first = run(engine, ask.days_ahead)["misses"][0]
    assert first == pytest.approx(chance["edge"] + 4 * chance["batch"])


def test_what_was_announced_is_kept_by_band_and_cut_by_place_and_type_alone(engine: DuckdbEngine) -> None:
    rows = run(engine, ask.calibration)
    assert rows["band"].is_sorted()
    assert rows["cases"].sum() > 100
    assert run(engine, ask.calibration, "agent=A7&returned=1&status=open").equals(rows)
    assert 0 < run(engine, ask.calibration, "agency=Rouen")["cases"].sum() < rows["cases"].sum()
    assert run(engine, ask.calibration, "case_type=autre").is_empty()


def test_a_list_tells_age_and_chance_of_open_cases_alone(engine: DuckdbEngine) -> None:
    every = Query(
        "queries.cases",
        "one",
        source="listed",
        columns=pl.Schema({"case_id": pl.String(), "age_days": pl.Int64(), "chance": pl.Float64()}),
    )
    object.__setattr__(every, "sql", "SELECT case_id, age_days, chance FROM selected ORDER BY case_id")
    told = {name: (age, chance) for name, age, chance in run(engine, every).iter_rows()}
    assert told["f0"] == (None, None)
    assert told["due"] == (20, 1.0)
    assert told["past"] == (40, 1.0)
    assert told["young"][0] == 2
    assert 0 < told["young"][1] < told["edge"][1] < 1
