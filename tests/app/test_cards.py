"""The KPI cards beside several references, from a published snapshot."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from app import cards
from app.accounts import DEMONSTRATION, acting
from app.asking import Asking
from app.crossfilter import Page, View, update, update_later
from app.services import Services, serving
from app.significance import Sums, compare
from app.targets import Targets
from app.texts import number
from data.pipeline import load_file, publish_tables
from data.workshop import sql
from queries import production as ask
from queries import targets
from queries.engine import Days
from queries.selection import Selection
from tests.published import settings

# Lille is slow, and slower than a year before; Évry is nearly as it was; Brest has next to no case.
CASES = """
INSERT INTO cases BY NAME
SELECT 'c' || i AS case_id, day, day - 10 AS received_on, CASE WHEN i % 9 > 0 THEN day END AS closed_on,
       agency, 'Nord' AS region, 'p' || i % 7 AS agent, 'Retraite' AS case_type,
       CASE WHEN i % 9 > 0 THEN 'closed' ELSE 'open' END AS status, 1::BIGINT AS treated,
       CASE WHEN i % 9 > 0 THEN usual + i % 11 + (day >= '2026-01-01')::INTEGER * later END AS delay_days,
       (i % 13 = 0)::BIGINT AS returns, 20.0 AS norm_days, 1.0 AS weight
FROM (
    SELECT i, DATE '2025-01-01' + (i % 500)::INTEGER AS day,
           CASE WHEN i % 301 = 0 THEN 'Brest' WHEN i % 3 = 0 THEN 'Lille' ELSE 'Évry' END AS agency,
           CASE WHEN i % 3 = 0 THEN 14.0 ELSE 10.0 END AS usual,
           CASE WHEN i % 3 = 0 THEN 6.0 WHEN i % 4 = 0 THEN 1.0 ELSE 0.0 END AS later
    FROM range(6000) AS r(i)
)
ORDER BY agency, agent, day
"""
OFFICES = """
INSERT INTO agencies BY NAME
SELECT agency AS agency_id, agency, 'Nord' AS region, 10.0 AS fte FROM cases GROUP BY agency
"""
PAGE = Page(
    "tried",
    (
        View("tried-kpis", cards.kpi_cards, cards.ASKS),
        View("tried-quantiles", cards.quantile_line, cards.QUANTILE_ASKS, later=True),
    ),
    "kpi.view",
)
MARCH = "since=2026-03-01&until=2026-03-31"
Line = dict[str, Any]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cards")

    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(sql("schema"))
        connection.execute(CASES)
        connection.execute(OFFICES)

    publish_tables(folder, fill, simulated=False)
    file = folder / "targets.csv"
    file.write_text("indicator,agency,value\nmean_delay,,20\nmean_delay,Lille,30\nclosed,,100\n")
    load_file(folder, "targets", file)
    return folder


@pytest.fixture
def service(home: Path) -> Iterator[Services]:
    found = Services(settings(home))
    with serving(found), acting(DEMONSTRATION):
        yield found
    found.close()


def lines(address: str, *compared: str) -> dict[str, dict[str, Line]]:
    """The lines of each card, by what they speak of."""
    named = "".join(f"&compare={name}" for name in compared or ("none",))
    drawn = update(PAGE, None, None, address + named)["views"]["tried-kpis"]
    return {card["id"]: {line["of"]: line for line in card.get("lines", [])} for card in drawn["cards"]}


def test_a_card_has_a_line_for_each_reference_in_the_order_they_are_read(service: Services) -> None:
    found = lines(f"agency=Lille&{MARCH}", "year", "network", "previous", "target")
    for name in cards.CARDS:
        assert list(found[name]) == ["target", "network", "previous", "year"], name
    assert [line["label"] for line in found["mean_delay"].values()] == [
        "Objectif", "Réseau", "Période préc.", "Un an avant",
    ]  # fmt: skip


def test_nothing_compared_with_leaves_no_line(service: Services) -> None:
    assert not any(lines(f"agency=Lille&{MARCH}").values())


@pytest.mark.parametrize("period", [MARCH, "since=2026-03-04&until=2026-04-11"])
@pytest.mark.parametrize(
    ("reference", "past"), [("previous", Selection.previous), ("year", Selection.year_before)]
)
def test_a_line_tells_what_the_page_told_of_that_period(
    service: Services, period: str, reference: str, past: Any
) -> None:
    selection = Selection.parse(f"agency=Lille&{period}")
    then = service.run(ask.kpis, past(selection), Selection()).row(0, named=True)
    found = lines(str(selection), reference)
    for name in cards.CARDS:
        assert found[name][reference]["raw"] == pytest.approx(then[name], rel=1e-12), name


@pytest.mark.parametrize("period", [MARCH, "since=2026-03-04&until=2026-04-11", ""])
def test_the_networks_line_is_the_page_without_the_place(service: Services, period: str) -> None:
    wide = service.run(ask.kpis, Selection.parse(f"case_type=Retraite&{period}"), Selection())
    found = lines(f"agency=Lille&case_type=Retraite&{period}", "network")
    for name in cards.CARDS:
        assert found[name]["network"]["raw"] == wide.row(0, named=True)[name], name


def test_a_place_is_tested_against_the_rest_of_the_network(service: Services) -> None:
    here, wide = (
        Sums.of(service.run(ask.sums, Selection.parse(text), Selection()).row(0, named=True))
        for text in (f"agency=Lille&{MARCH}", MARCH)
    )
    found = compare("mean_delay", here, wide, part=True)
    title = lines(f"agency=Lille&{MARCH}", "network")["mean_delay"]["network"]["title"]
    assert found is not None
    assert f"entre {number(found.low, 1)}\u00a0j et {number(found.high, 1)}\u00a0j" in title


def test_what_is_more_than_noise_has_words_and_a_tone(service: Services) -> None:
    line = lines(f"agency=Lille&{MARCH}", "year")["mean_delay"]["year"]
    assert line["words"].endswith("j plus lent")
    assert line["tone"] == "bad"
    assert "à 95\u00a0%" in line["title"]


@pytest.mark.parametrize("period", [MARCH, "since=2026-03-04&until=2026-04-11"])
def test_what_noise_would_do_is_grey_and_says_so(service: Services, period: str) -> None:
    line = lines(f"agency=Évry&{period}", "year")["mean_delay"]["year"]
    assert (line["words"], line["tone"]) == ("dans le hasard", "flat")


def test_a_volume_beside_the_network_is_a_share_of_it(service: Services) -> None:
    line = lines(f"agency=Lille&{MARCH}", "network")["closed"]["network"]
    assert line["words"].endswith("% du réseau")
    assert line["tone"] == "flat"


def test_a_target_is_met_or_not_whatever_noise_would_do(service: Services) -> None:
    lille = lines(f"agency=Lille&{MARCH}", "target")
    line = lille["mean_delay"]["target"]
    assert (line["words"], line["tone"]) == ("atteint", "good")
    evry = lines(MARCH, "target")["closed"]["target"]
    assert evry["raw"] == 100
    assert lille["closed"]["target"]["words"] == "pas d'objectif ici"


def test_the_months_before_the_data_say_that_they_are_none(service: Services) -> None:
    line = lines("since=2025-03-01&until=2025-03-31", "year")["mean_delay"]["year"]
    assert (line["raw"], line["words"]) == (None, "pas de données")


def test_a_volume_is_not_judged_against_a_period_that_the_data_cover_in_part(service: Services) -> None:
    found = lines("since=2025-03-01&until=2025-06-30", "previous")
    assert found["closed"]["previous"]["words"] == "données partielles"
    assert found["mean_delay"]["previous"]["words"] != "données partielles"


def test_over_twelve_months_one_line_tells_of_both_periods(service: Services) -> None:
    found = lines("since=2025-05-01&until=2026-04-30", "previous", "year")
    assert list(found["closed"]) == ["year"]


def test_few_cases_give_no_verdict(service: Services) -> None:
    address = "agency=Brest&since=2025-01-01&until=2025-06-30&compare=target"
    card = update(PAGE, None, None, address)["views"]["tried-kpis"]["cards"][1]
    assert card["few"]
    assert [line["tone"] for line in card["lines"]] == ["flat"]


def test_the_questions_of_whole_months_are_fewer_than_the_references(service: Services) -> None:
    asked = View("tried-kpis", cards.kpi_cards, cards.ASKS).questions(
        Asking(Selection.parse(MARCH), Days(*_days(service)), ("previous", "year"))
    )
    assert {name for name, question in asked.items() if question} == {"now", "months", "stock"}


def _days(service: Services) -> tuple[Any, Any]:
    snapshot = service.snapshot
    assert snapshot is not None
    return snapshot.first_day, snapshot.last_day


def test_the_median_comes_once_the_rest_is_painted_and_is_exact(service: Services, home: Path) -> None:
    first = update(PAGE, None, None, f"agency=Lille&{MARCH}")
    assert first["later"]
    assert "tried-quantiles" not in first["views"]
    line = update_later(PAGE, first["held"], None)["views"]["tried-quantiles"]["values"]
    assert service.snapshot is not None
    with duckdb.connect(service.snapshot.facts, read_only=True) as facts:
        known = facts.execute(
            "SELECT quantile_disc(ceil(delay_days), [0.5, 0.9]) FROM cases "
            "WHERE agency = 'Lille' AND status = 'closed' AND day BETWEEN '2026-03-01' AND '2026-03-31'"
        ).fetchall()[0][0]
    assert [line[name]["raw"] for name in cards.QUANTILES] == known
    assert line["median_delay"]["text"] == f"{known[0]:.0f}\u00a0j"


def test_targets_of_the_snapshot_are_those_of_the_file(service: Services) -> None:

    held = Targets.of(service.run(targets.targets, Selection(), Selection()))
    assert held.held == {
        ("mean_delay", "", None): 20, ("mean_delay", "Lille", None): 30, ("closed", "", None): 100,
    }  # fmt: skip


def test_a_reader_of_one_agency_sees_its_targets_and_the_networks(service: Services) -> None:

    rows = service.run(targets.targets, Selection(), Selection(picks={"agency": ("Évry",)}))
    assert set(rows["agency"]) == {""}
    assert service.run(targets.targets, Selection(), None).is_empty()
