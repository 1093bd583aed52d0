"""The page of the audit: what it counts and hides, that looking is a line, alerts, the chain, the export."""

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from shutil import copytree
from typing import Any

import openpyxl
import orjson
import pytest
from fastapi.testclient import TestClient

from app import volume
from app.accounts import ROLES, Forbidden, User, acting
from app.declared import callbacks, route_permission, routes
from app.moments import today
from app.pages.audit import alerts, chain
from app.pages.audit.alerts import AlertRefused
from app.pages.audit.asked import NOTHING, Period
from app.pages.audit.callbacks import answer, answered, verified
from app.pages.audit.payload import listed, page
from app.services import Services, serving
from data.audit import Entry, Sought
from data.chain import WORDS
from data.users import AccountRefused
from tests.app.audit_world import CLIENT, INES, LUC, SCORE, SOPHIE, Done, habit, people, view, written
from tests.published import app_on, settings, visit

ADMIN = User(SOPHIE, ("admin",), None, "Sophie Martin")
WEEK = [
    Done(view(INES), 1),
    Done(view(INES, purpose="complaint"), 1),
    Done(view(LUC, client=100_483), 2),
    Done(Entry("case.viewed", LUC, "7", details={"place": "/cases"}), 2),
    Done(Entry("access.refused", INES, details={"permission": "agent.view"}), 3),
    Done(Entry("sign_in.failed", "mallory", details={"why": "password"}), 3),
    Done(Entry("cases.exported", LUC, details={"rows": 4_210, "kind": "csv"}), 3),
    Done(view("token:nuit", purpose="api"), 4),
    Done(view(INES), 20),
]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A week of lines, and one older."""
    home = tmp_path_factory.mktemp("audit") / "home"
    people(home)
    written(home, WEEK)
    return home


@pytest.fixture
def world(kept: Path, home: Path) -> Iterator[Services]:
    copytree(kept, home)
    found = Services(settings(home))
    with serving(found), acting(ADMIN):
        yield found
    found.close()


@pytest.fixture
def place(kept: Path, home: Path) -> Iterator[TestClient]:
    copytree(kept, home)
    with visit(app_on(home)) as client:
        yield client


def asked(**values: Any) -> dict[str, Any]:
    return page({**NOTHING, **values})  # type: ignore[typeddict-item]


def rows(**values: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = listed({**NOTHING, **values})["lines"]["rows"]  # type: ignore[typeddict-item]
    return found


def ago(days: int) -> str:
    return str(today() - timedelta(days))


def lose_the_journal(world: Services) -> None:
    world.stores.audit.close()
    for file in world.stores.audit.file.parent.glob("journal.sqlite*"):
        file.unlink()
    world.stores.audit.file.mkdir()


def test_looking_is_itself_a_line_and_the_first_that_is_shown(world: Services) -> None:
    shown = asked(who=[INES])
    (line,) = world.stores.audit.lines(Sought(actions=("audit.viewed",)))
    assert line.who == SOPHIE
    assert line.details == {"since": ago(6), "until": ago(0), "filters": {"who": [INES]}}
    assert all(row["who"] == INES for row in shown["lines"]["rows"])
    assert rows()[0]["action"] == "Journal consulté"


def test_nothing_is_shown_of_a_journal_that_cannot_say_it_was_looked_at(world: Services) -> None:
    lose_the_journal(world)
    for only in ("all", "lines"):
        assert set(answer({**NOTHING, "only": only})) == {"problem"}


def test_turning_the_pages_is_not_a_line_more(world: Services) -> None:
    before = world.stores.audit.count(Sought())
    answer({**NOTHING, "only": "lines"})
    assert world.stores.audit.count(Sought()) == before


def test_the_value_of_a_score_and_the_number_of_a_client_are_never_told(world: Services) -> None:
    sent = orjson.dumps(asked(since=ago(30))).decode()
    assert str(SCORE)[:6] not in sent
    assert str(CLIENT) not in sent
    viewed = [row for row in rows() if row["action"] == "Score consulté"]
    assert len(viewed) == 4
    assert all(row["masked"] and row["subject"] for row in viewed)


def test_the_counts_are_those_of_the_period(world: Services) -> None:
    kpis = {kpi["id"]: kpi for kpi in asked()["kpis"]}
    assert {name: kpi["raw"] for name, kpi in kpis.items()} == {"views": 5, "other": 0, "refused": 1}
    assert kpis["views"]["sub"] == "3 personnes, toutes avec motif"
    assert kpis["refused"]["sub"] == "connexions refusées\u00a0: 1"
    assert {kpi["id"]: kpi["raw"] for kpi in asked(since=ago(30))["kpis"]}["views"] == 6


def test_contrary_decisions_are_counted_among_all(world: Services) -> None:
    decided = [Entry("decision.other", INES), *(Entry("decision.followed", INES) for _ in range(3))]
    for entry in decided:
        world.stores.audit.record(entry)
    other = next(kpi for kpi in asked()["kpis"] if kpi["id"] == "other")
    assert (other["raw"], other["unit"], other["sub"]) == (
        1,
        "sur 4",
        "25,0\u00a0% des décisions, motif saisi",
    )


def test_a_score_without_a_purpose_is_said(world: Services) -> None:
    world.stores.audit.record(view(INES, purpose=None))
    assert "scores sans motif\u00a0: 1" in asked()["kpis"][0]["sub"]


def test_the_days_are_those_of_paris(world: Services) -> None:
    written(world.settings.home, [Done(view(INES), 5, 0, 10)])  # still the day before in UTC
    days = {row["day"]: row["count"] for row in asked()["days"]["rows"]}
    assert [days[ago(n)] for n in range(6)] == [0, 2, 2, 0, 1, 1]
    assert len(days) == 30


def test_a_day_alone_is_compared_with_the_usual_ones(world: Services) -> None:
    written(world.settings.home, [*habit(INES, 4, days=3, first=2), *habit(INES, 8, days=1, first=5)])
    people = asked(since=ago(1), until=ago(1))["people"]
    (row,) = people["rows"]
    assert (row["label"], row["count"], row["usual"], row["most"]) == ("Inès Laurent", 2, 4.0, 8)
    assert people["day"] == ago(1)


def test_of_several_days_the_busiest_is_compared(world: Services) -> None:
    written(world.settings.home, [Done(view(INES), 4), Done(view(INES), 4), Done(view(INES), 4)])
    assert asked()["people"]["day"] == ago(4)


def test_purposes_are_counted_with_their_share_the_most_frequent_first(world: Services) -> None:
    shown = [(row["label"], row["count"]) for row in asked()["purposes"]["rows"]]
    assert shown[0] == ("Instruction d'une demande", 2)
    assert set(shown[1:]) == {("Réclamation du client", 1), ("Appel de l'API", 1), ("Sans motif demandé", 1)}
    assert sum(row["share"] for row in asked()["purposes"]["rows"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"who": [INES]}, 3),
        ({"who": [INES, LUC]}, 6),
        ({"purposes": ["complaint"]}, 1),
        ({"actions": ["access.refused", "cases.exported"]}, 2),
        ({"text": "mallory"}, 1),
        ({"text": "v14"}, 4),
        ({"text": "exported"}, 1),
        ({"text": "50%"}, 0),
        ({"who": [INES], "purposes": ["complaint"], "actions": ["score.viewed"]}, 1),
        ({"who": ["x' OR '1'='1"]}, 0),
        ({"since": ago(30)}, 9),
        ({"since": ago(3), "until": ago(2)}, 5),
    ],
)
def test_a_filter_keeps_its_lines_alone(world: Services, filters: dict[str, Any], count: int) -> None:
    assert len(rows(**filters)) == count


def test_a_line_is_found_by_its_number(world: Services) -> None:
    assert 5 in {row["id"] for row in rows(text="5")}
    assert [row["id"] for row in rows(text="access.refused")] == [
        line.id for line in world.stores.audit.lines(Sought(actions=("access.refused",)))
    ]


def test_every_line_about_one_person_is_found_by_their_pseudonym(world: Services) -> None:
    subject = world.stores.audit.pseudonym("client", CLIENT)
    assert len(rows(subject=subject)) == 3
    assert {row["short"] for row in rows(subject=subject)} == {subject[:6] + "…"}


def test_lines_come_a_page_at_a_time_the_newest_first(world: Services) -> None:
    written(world.settings.home, habit(INES, 30, days=2))
    first = listed({**NOTHING})["lines"]
    last = listed({**NOTHING, "start": 10_000})["lines"]
    assert (len(first["rows"]), first["total"], first["start"]) == (25, 68, 0)
    assert (len(last["rows"]), last["start"]) == (18, 50)
    numbers = [row["id"] for start in (0, 25, 50) for row in rows(start=start)]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 68


def test_a_line_says_who_they_are_and_what_it_is_about(world: Services) -> None:
    found = {row["action"]: row for row in rows()}
    assert found["Liste de dossiers exportée"]["said"] == "4\u202f210 lignes"
    assert found["Accès refusé"]["said"] == "droit absent\u00a0: agent.view"
    assert (found["Dossier consulté"]["label"], found["Dossier consulté"]["masked"]) == ("Luc Garnier", False)
    assert {row["sub"] for row in rows(who=["token:nuit"])} == {"Programme, par jeton"}
    assert {row["sub"] for row in rows(who=["mallory"])} == {"Commande, ou aucun compte de ce nom"}


def test_a_line_whose_words_are_erased_keeps_its_place_and_hash(world: Services) -> None:
    with closing(sqlite3.connect(world.stores.audit.file)) as connection, connection:
        blank = ", ".join(f"{name} = NULL" for name in WORDS)
        connection.execute(f"UPDATE audit SET {blank} WHERE id = 2")
    (row,) = [row for row in rows() if row["id"] == 2]
    assert row["erased"]
    assert len(row["hash"]) == 64
    assert "who" not in row


@pytest.mark.parametrize(
    ("since", "until"), [("x", ""), ("", "2026-13-01"), (ago(1), ago(9)), ("9999-12-31", "")]
)
def test_a_period_that_cannot_be_is_the_last_seven_days(since: str, until: str) -> None:
    assert Period.of(since, until) == Period(today() - timedelta(6), today())


def test_a_period_neither_outlives_the_journal_nor_reaches_into_the_future() -> None:
    assert Period.of("0001-01-01", "9999-12-31") == Period(today() - timedelta(1_200), today())
    assert Period.of("0001-01-01", "9999-12-31").drawn.since == today() - timedelta(365)


def alerted() -> list[tuple[str, str, int]]:
    return [(each.views.who, str(each.day), each.views.on_day) for each in volume.standing()]


@pytest.mark.parametrize(("usual", "count", "told"), [(20, 60, 0), (20, 61, 1), (21, 63, 0), (21, 64, 1)])
def test_more_than_three_times_the_median_and_more_than_sixty_is_told(
    home: Path, usual: int, count: int, told: int
) -> None:
    people(home)
    written(home, [*habit(INES, usual, days=5, first=2), *habit(INES, count, days=1, first=1)])
    found = Services(settings(home))
    with serving(found), acting(ADMIN):
        assert alerted() == [(INES, ago(1), count)][:told]
    found.close()


@pytest.fixture
def alert(world: Services) -> dict[str, Any]:
    """What the page tells of Luc, who looked at 70 files yesterday instead of 10."""
    written(world.settings.home, [*habit(LUC, 10, days=5, first=3), *habit(LUC, 70, days=1, first=1)])
    told: list[dict[str, Any]] = asked()["alerts"]
    assert len(told) == 1
    return told[0]


def given(kind: str, motive: str = "", **values: Any) -> Any:
    return {"kind": kind, "who": LUC, "day": ago(1), "motive": motive, "t": 1, **values}


def test_an_alert_names_its_rule_and_blocks_nobody(world: Services, alert: dict[str, Any]) -> None:
    assert alert["title"] == "Volume inhabituel\u00a0: Luc Garnier, 70 consultations, hier"
    assert "médiane est de 10 par jour" in alert["text"]
    assert alert["rule"] == "Règle\u00a0: plus de 3 fois la médiane et plus de 60 par jour"
    assert not world.stores.users.known(LUC).disabled
    shown = asked()
    assert [row["day"] for row in shown["days"]["rows"] if row["alert"]] == [ago(1)]
    assert {row["who"] for row in shown["people"]["rows"] if row["alert"]} == {LUC}
    assert all(row["unusual"] for row in rows(who=[LUC], since=ago(1), until=ago(1)))


@pytest.mark.parametrize(("days", "told"), [(6, 1), (7, 0)])
def test_an_alert_lasts_a_week(world: Services, days: int, told: int) -> None:
    written(world.settings.home, habit(LUC, 70, days=1, first=days))
    assert alerted() == [(LUC, ago(days), 70)][:told]


@pytest.mark.usefixtures("alert")
def test_an_alert_is_set_aside_with_a_motive_that_stays(world: Services) -> None:
    assert "Luc Garnier" in alerts.answer(given("file", " Contrôle annuel "))
    assert alerted() == []
    (line,) = world.stores.audit.lines(Sought(actions=(volume.FILED,)))
    assert line.details == {"account": LUC, "day": ago(1), "count": 70, "motive": "Contrôle annuel"}
    with pytest.raises(AlertRefused) as refused:
        alerts.answer(given("file", "encore"))
    assert refused.value.reason == "gone"


@pytest.mark.usefixtures("alert")
def test_an_alert_is_not_set_aside_without_a_motive(world: Services) -> None:
    assert answered(given("file", "  ")) == {"refused": "Écrivez le motif\u00a0: il sera gardé au journal."}
    assert len(alerted()) == 1
    assert world.stores.audit.count(Sought(actions=(volume.FILED,))) == 0


@pytest.mark.usefixtures("alert")
def test_the_account_of_an_alert_is_disabled_and_its_sessions_end(world: Services) -> None:
    luc = world.stores.users.known(LUC)
    world.stores.sessions.open(luc.id, "password")
    alerts.answer(given("suspend"))
    assert world.stores.users.known(LUC).disabled
    assert world.stores.sessions.of(luc.id) == []
    line = world.stores.audit.lines(Sought(actions=("user.disabled",)))[0]
    assert line.details == {"account": LUC, "why": "volume", "day": ago(1), "count": 70}
    assert not asked()["alerts"][0]["suspend"]


@pytest.mark.usefixtures("alert")
def test_disabling_from_an_alert_needs_the_right_to_change_accounts(
    world: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ROLES, "auditor", frozenset({"audit.view"}))
    with acting(User("auditor", ("auditor",))):
        assert not asked()["alerts"][0]["suspend"]
        with pytest.raises(Forbidden):
            alerts.answer(given("suspend"))
    assert not world.stores.users.known(LUC).disabled


@pytest.mark.parametrize("values", [{"who": INES}, {"day": ago(2)}, {"day": "hier"}, {"who": ""}])
@pytest.mark.usefixtures("alert")
def test_only_an_alert_that_stands_disables_an_account(world: Services, values: dict[str, str]) -> None:
    with pytest.raises(AlertRefused):
        alerts.answer(given("suspend", **values))
    assert not any(each.disabled for each in world.stores.users.all())


def test_nobody_disables_their_own_account_from_an_alert(world: Services) -> None:
    written(world.settings.home, habit(SOPHIE, 70, days=1, first=1))
    me = User(SOPHIE, ("admin",), None, "Sophie", world.stores.users.known(SOPHIE).id)
    with acting(me):
        assert not asked()["alerts"][0]["suspend"]
        with pytest.raises(AccountRefused):
            alerts.answer(given("suspend", who=SOPHIE))


def test_a_whole_chain_is_said_with_its_head_and_is_remembered(world: Services) -> None:
    assert chain.standing()["state"] == "never"
    found = verified()["chain"]
    assert (found["state"], found["broken"]) == ("whole", [])
    assert found["sub"].startswith(f"{len(WEEK)} lignes relues aujourd'hui")
    (line,) = world.stores.audit.lines(Sought(actions=("audit.verified",)))
    assert line.details["lines"] == len(WEEK)
    before = world.stores.audit.lines(Sought(), 1, 1)[0]
    assert found["head"] == line.details["head"] == before.hash
    assert chain.standing() | {"broken": [], "more": ""} == found


def test_a_line_that_was_edited_is_named(world: Services) -> None:
    with closing(sqlite3.connect(world.stores.audit.file)) as connection, connection:
        connection.execute("DROP TRIGGER audit_stays")
        connection.execute("UPDATE audit SET who = 'nobody' WHERE id = 3")
    found = verified()["chain"]
    assert (found["state"], found["title"]) == ("broken", "Chaîne rompue\u00a0: 1 rupture")
    assert found["broken"] == ["Ligne 3\u00a0: son texte a été modifié"]
    assert chain.standing()["state"] == "broken"


def test_a_reading_that_cannot_be_written_down_shows_no_result(world: Services) -> None:
    lose_the_journal(world)
    assert set(verified()) == {"refused"}


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_the_export_has_the_lines_of_the_filters_and_is_a_line_itself(place: TestClient) -> None:
    answer = place.get("/export/audit/csv", params={"who": [INES, LUC], "since": ago(6)})
    assert answer.status_code == 200
    head, *found = table(answer.content)
    assert head[:4] == ["Ligne", "Quand (Paris)", "Compte", "Nom"]
    assert [row[3] for row in found].count("Inès Laurent") == 3
    assert len(found) == 6
    line = place.app.state.services.stores.audit.lines(Sought(actions=("audit.exported",)))[0]  # type: ignore[attr-defined]
    assert (line.details["rows"], line.details["kind"]) == (6, "csv")
    assert line.details["filters"] == {"who": [INES, LUC]}


def test_both_files_hold_the_same_and_no_score(place: TestClient) -> None:
    text = table(place.get("/export/audit/csv", params={"who": INES}).content)
    content = place.get("/export/audit/xlsx", params={"who": INES}).content
    sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    cells = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert cells == text
    assert str(SCORE)[:6] not in str(cells)
    assert "masqué" in str(cells)
    assert str(CLIENT) not in str(cells)


def test_a_name_that_a_spreadsheet_would_run_is_text(place: TestClient) -> None:
    place.app.state.services.stores.audit.record(Entry("signed_in", "=cmd|'/c calc'!A1"))  # type: ignore[attr-defined]
    found = table(place.get("/export/audit/csv", params={"action": "signed_in"}).content)
    assert found[1][2] == "'=cmd|'/c calc'!A1"
    sheet = openpyxl.load_workbook(
        BytesIO(place.get("/export/audit/xlsx", params={"action": "signed_in"}).content)
    ).worksheets[0]
    assert sheet["C2"].data_type == "s"


def test_what_is_not_a_file_or_too_long_is_refused(kept: Path, home: Path) -> None:
    copytree(kept, home)
    with visit(app_on(home, export_rows=3)) as client:
        assert client.get("/export/audit/parquet").status_code == 404
        assert client.get("/export/audit/csv").status_code == 422
        audit = client.app.state.services.stores.audit  # type: ignore[attr-defined]
        assert audit.count(Sought(actions=("audit.exported",))) == 0


def test_no_file_is_given_that_cannot_be_written_down(place: TestClient) -> None:
    lose_the_journal(place.app.state.services)  # type: ignore[attr-defined]
    assert place.get("/export/audit/csv").status_code == 503


def test_an_empty_journal_is_an_empty_page(home: Path) -> None:
    found = Services(settings(home))
    with serving(found), acting(ADMIN):
        shown = asked()
        assert [kpi["raw"] for kpi in shown["kpis"]] == [0, 0, 0]
        assert (shown["people"]["rows"], shown["purposes"]["rows"], shown["alerts"]) == ([], [], [])
        assert [row["action"] for row in shown["lines"]["rows"]] == ["Journal consulté"]
    found.close()


def test_everything_about_the_audit_asks_for_its_permission(home: Path) -> None:
    server = app_on(home)
    held = {name: need for name, need in callbacks(server.state.dash).items() if name.startswith("audit-")}
    assert set(held.values()) == {"audit.view"}
    assert len(held) == 3
    (route,) = [each for each in routes(server) if getattr(each, "path", "") == "/export/audit/{kind}"]
    assert route_permission(route) == "audit.view"


def test_the_days_of_a_chart_end_with_the_period() -> None:
    period = Period(date(2026, 3, 1), date(2026, 3, 2))
    assert period.drawn == Period(date(2026, 2, 1), date(2026, 3, 2))
