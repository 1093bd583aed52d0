"""What can be compared with, and what the menu says of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.accounts import DEMONSTRATION, acting
from app.comparison import told
from app.services import Services, serving
from data.pipeline import load_file
from tests.published import publish, settings

PERIOD = "since=2026-02-01&until=2026-02-28"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Services]:
    publish(tmp_path)
    found = Services(settings(tmp_path))
    with serving(found), acting(DEMONSTRATION):
        yield found
    found.close()


def menu(selection: str, *compared: str, peers: list[str] | None = None) -> dict[str, Any]:
    return told({"selection": selection, "compared": list(compared), "peers": peers})


def whys(selection: str, peers: list[str] | None = None) -> dict[str, str]:
    return {name: why for name, _, why, _ in menu(selection, peers=peers)["choices"]}


def test_an_entry_that_cannot_be_shown_says_what_it_lacks(service: Services) -> None:
    assert whys("") == {
        "previous": "choisissez une période",
        "year": "choisissez une période",
        "target": "aucun objectif chargé\u00a0: vigie load targets",
        "network": "la sélection est le réseau entier",
    }


@pytest.mark.parametrize("picked", ["agency=Bobigny", "region=Nord", "agent=p3"])
def test_a_period_and_a_place_make_them_all_possible(service: Services, picked: str) -> None:
    found = whys(f"{picked}&{PERIOD}")
    assert [name for name, why in found.items() if why] == ["target"]


def test_a_case_type_alone_is_of_the_network_still(service: Services) -> None:
    assert whys("case_type=Retraite")["network"]


def test_agencies_close_by_are_offered_on_the_pages_of_places_alone(service: Services) -> None:
    assert "peers" not in whys(PERIOD)
    assert whys(PERIOD, [])["peers"] == "aucune agence proche"
    assert whys(PERIOD, ["Évry"])["peers"] == ""


def test_targets_can_be_compared_with_once_they_are_loaded(service: Services, tmp_path: Path) -> None:
    file = tmp_path / "targets.csv"
    file.write_text("indicator,value\nmean_delay,20\n")
    load_file(tmp_path, "targets", file)
    service.refresh()
    assert whys("")["target"] == ""


@pytest.mark.parametrize(
    ("compared", "count", "names"),
    [
        ((), "aucun repère", ""),
        (("year",), "un an avant", ""),
        (("year", "target"), "un an avant", ""),
        (
            ("previous", "year", "network", "peers"),
            "4 repères",
            "\u00a0: réseau, agences proches, période précédente, un an avant",
        ),
    ],
)
def test_the_summary_names_what_is_shown(
    service: Services, compared: tuple[str, ...], count: str, names: str
) -> None:
    found = menu(f"agency=Bobigny&{PERIOD}", *compared, peers=["Évry"])
    assert (found["count"], found["names"]) == (count, names)


def test_over_twelve_months_the_period_before_and_the_year_before_are_one(service: Services) -> None:
    found = menu("since=2025-04-01&until=2026-03-31", "previous", "year")
    assert found["count"] == "un an avant"
