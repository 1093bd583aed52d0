"""The page of the rules: what it says of the firings, of the answers and of what other limits would do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from app.accounts import DEMONSTRATION, User, acting
from app.declared import callbacks, route_permission, routes
from app.pages.rules import words
from app.pages.rules.callbacks import _tried
from app.pages.rules.payload import page
from app.services import Services, serving
from data.advised import Advised, Answer
from queries import rules
from queries.selection import Selection
from tests.app.advice_world import publish
from tests.published import app_on, settings, visit

PLAN = {"agents": 2, "weeks": 6}
ANSWER = Answer("anne", "reinforce", "Lille", "2026-03", "retained", "s", until="2026-05-12", plan=PLAN)
RETAINED = replace(
    ANSWER, measured={"as_of": "2026-03-31", "measures": []}, announced={"change": [-3.0, -2.0, -1.0]}
)
DISMISSED = replace(
    RETAINED,
    month="2026-02",
    answer="dismissed",
    reason="no_means",
    motive="=Sans budget",
    until=None,
    plan={},
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """July's data; Lille's rule was dismissed in February and retained in March, over May."""
    home = tmp_path_factory.mktemp("rules")
    publish(home, date(2026, 7, 31))
    advised = Advised(home)
    advised.record(RETAINED, advised.record(DISMISSED))
    advised.close()
    return home


@pytest.fixture(scope="module")
def world(home: Path) -> Iterator[Services]:
    found = Services(settings(home))
    with serving(found), acting(DEMONSTRATION):
        yield found
    found.close()


@pytest.fixture(scope="module")
def place(home: Path) -> Iterator[TestClient]:
    with visit(app_on(home)) as client:
        yield client


def history(rule: str = "reinforce") -> dict[str, dict[str, Any]]:
    return {row["month"]: row for row in page()["history"] if row["rule"] == rule and row["place"] == "Lille"}


pytestmark = pytest.mark.usefixtures("world")


def test_each_month_has_its_own_answer_and_a_plan_covers_its_months() -> None:
    found = {month: row["decision"] for month, row in history().items()}
    assert found["2026-01"] == "none"
    assert found["2026-02"] == "dismissed"
    assert found["2026-03"] == "retained"
    assert found["2026-04"] == found["2026-05"] == "under_way"
    assert found["2026-06"] == found["2026-07"] == "none"
    assert len(found) == 12


def test_a_line_says_what_was_found_decided_and_what_followed() -> None:
    row = history()["2026-03"]
    assert row["measures"] == [["30,4\u00a0j", "> 20\u00a0j"], ["1,45", "> 1,25"]]
    assert (row["decided"], row["plan"]) == ("retenue", "2 agents pendant 6 semaines. anne")
    assert row["before"] == "30,5\u00a0j → 30,5\u00a0j"
    assert row["net"].endswith("annoncé −2,0\u00a0j")
    assert row["bar"]["low"] <= 0 <= row["bar"]["high"]
    assert row["number"] == 2
    assert history()["2026-02"]["plan"] == "«\u00a0=Sans budget\u00a0»"
    assert history()["2026-07"]["plan"] == "À décider"
    assert history()["2026-06"]["plan"] == ""


def test_the_counts_are_those_of_the_lines() -> None:
    shown = page()
    counts = {kpi["id"]: kpi["raw"] for kpi in shown["kpis"]}
    lines = [row["decision"] for row in shown["history"]]
    assert counts["fired"] == len(lines)
    assert (counts["retained"], counts["dismissed"]) == (lines.count("retained"), lines.count("dismissed"))
    for rule in shown["rules"]:
        assert rule["count"] == sum(row["rule"] == rule["id"] for row in shown["history"])
        assert rule["count"] == sum(count for _, count in rule["parts"])


def test_reasons_are_counted_the_most_frequent_first() -> None:
    assert page()["dismissed"]["rows"][0] == ["Pas de moyens", 1]


def test_an_effect_is_shown_against_what_was_announced() -> None:
    (point,) = page()["effects"]["points"]
    assert (point["announced"], point["name"]) == (-2.0, "Lille, mars 2026")
    assert abs(point["net"]) < 0.5
    assert "Comparaison, pas preuve d'effet" in page()["effects"]["sum"]


def test_nothing_measured_is_a_sentence(tmp_path: Path) -> None:
    publish(tmp_path, date(2026, 7, 31))
    found = Services(settings(tmp_path))
    with serving(found):
        assert page()["effects"] == {"points": [], "none": page()["effects"]["none"]}
        assert page()["kpis"][3]["value"] == "à venir"
    found.close()


def test_what_the_rule_does_today_and_with_other_limits() -> None:
    assert page()["details"]["reinforce"]["today"] == "1 sur 4\u00a0: Lille."
    tried = {"rule": "reinforce", "t": 1}
    assert _tried({**tried, "limits": [20, 1.25]}).endswith("les mêmes.")  # type: ignore[typeddict-item]
    less = _tried({**tried, "limits": [31, 1.25]})  # type: ignore[typeddict-item]
    assert less == "Avec Délai moyen du mois > 31\u00a0j\u00a0: 1 de moins (Lille)."
    more = _tried({**tried, "limits": [15, 0.5]})  # type: ignore[typeddict-item]
    assert more.startswith(
        "Avec Délai moyen du mois > 15\u00a0j, Charge par agent > 0,5 × réseau\u00a0: 3 de plus"
    )
    assert page()["details"]["reinforce"]["today"] == "1 sur 4\u00a0: Lille."


@pytest.mark.parametrize("limits", [[], [20], [20, 1, 1]])
def test_limits_that_are_none_are_refused_in_words(limits: list[float]) -> None:
    assert (
        _tried({"rule": "reinforce", "limits": limits, "t": 1}) == "Ces limites ne peuvent pas être essayées."
    )
    assert _tried({"rule": "nope", "limits": limits, "t": 1}) == "Ces limites ne peuvent pas être essayées."


def test_every_rule_can_be_read_in_full() -> None:
    for rule in rules.rules():
        assert words.chips(rule)
        assert "{" not in words.spoken(rule)
        assert all(at in words.ladder(each) for each in rule.conditions for at in [each.limit])


def test_a_reader_of_one_agency_sees_its_lines_alone() -> None:
    with acting(User("jeanne", ("manager",), Selection.parse("agency=Lyon"))):
        assert {row["place"] for row in page()["history"]} <= {"Lyon", "Sud"}
    with acting(User("nobody", ("manager",))):
        assert page().get("history", []) == []


def test_without_published_data_the_page_says_why(tmp_path: Path) -> None:
    found = Services(settings(tmp_path))
    with serving(found):
        assert set(page()) == {"problem"}
    found.close()


def test_a_journal_that_cannot_be_read_is_told_and_nothing_else_shown(tmp_path: Path) -> None:
    publish(tmp_path, date(2026, 7, 31))
    (tmp_path / "journal.sqlite").mkdir()
    found = Services(settings(tmp_path))
    with serving(found):
        assert "journal" in page()["problem"]
    found.close()


class TestExport:
    def test_the_table_holds_the_lines_shown_typed_and_harmless(self, place: TestClient) -> None:
        answer = place.get("/export/rules/xlsx?rule=reinforce&place=Lille")
        assert answer.status_code == 200
        sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
        head, *rows = sheet.iter_rows(values_only=True)
        assert head[:5] == ("Date", "Règle", "Lieu", "Valeur", "Limite")
        assert len(rows) == 12
        march = next(row for row in rows if row[0].date() == date(2026, 3, 31))
        assert march[3] == pytest.approx(30.5, abs=0.1)
        assert march[6] == "retenue"
        february = next(row for row in rows if row[0].date() == date(2026, 2, 28))
        assert february[8] == "'=Sans budget"

    @pytest.mark.parametrize(
        ("decision", "lines"), [("retained", 1), ("dismissed", 1), ("none", 8), ("", 12)]
    )
    def test_a_decision_keeps_its_lines(self, place: TestClient, decision: str, lines: int) -> None:
        text = place.get(f"/export/rules/csv?rule=reinforce&place=Lille&decision={decision}").text
        assert len(text.splitlines()) == lines + 1

    @pytest.mark.parametrize(
        ("address", "status"),
        [("/export/rules/pdf", 404), ("/export/rules/csv?decision=maybe", 422)],
    )
    def test_what_is_no_export_is_refused(self, place: TestClient, address: str, status: int) -> None:
        assert place.get(address).status_code == status


def test_reading_and_exporting_ask_for_their_permissions(place: TestClient) -> None:
    server: Any = place.app
    held = callbacks(server.state.dash)
    assert {held[f"rules-{name}.data"] for name in ("data", "tried")} == {"kpi.view"}
    exported = {getattr(route, "path", ""): route_permission(route) for route in routes(server)}
    assert exported["/export/rules/{kind}"] == "export.aggregate"
