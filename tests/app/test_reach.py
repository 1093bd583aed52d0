"""What readers of some agencies, of one, of none and of all are told."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.accounts import ROLES, User, acting
from app.identity import scope_of
from app.texts import LANGUAGES, SCOPED, catalogue, speaking, t, telling
from app.user_menu import initials
from data.sought import Sought
from queries.selection import Selection
from tests.published import AGENCIES, app_on, publish, visit
from tests.signed import person
from tests.updates import UPDATE, body

# What is of the whole network whoever reads it.
OF_ALL = {"cli.simulate", "client.define_agencies-risk", "roles.executive_opens"}
MINE = AGENCIES[0]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reach") / "home"
    publish(folder)
    return folder


@pytest.fixture(scope="module")
def place(home: Path) -> Iterator[TestClient]:
    with visit(app_on(home, demo=False)) as client:
        yield client


@pytest.fixture(scope="module")
def people(home: Path) -> dict[str, dict[str, str]]:
    """Readers by what is particular about them."""
    one, two = f"agency={MINE}", f"agency={MINE}&agency=Cr%C3%A9teil"
    return {
        "manager of one": person(home, "m1", ["manager"], one),
        "manager of two": person(home, "m2", ["manager"], two),
        "manager of all": person(home, "m3", ["manager"]),
        "manager of none": person(home, "m4", ["manager"], None),
        "analyst of two": person(home, "a2", ["analyst"], two),
        "executive": person(home, "e", ["executive"]),
        "officer of one": person(home, "o1", ["officer"], one),
        "officer": person(home, "o", ["officer"]),
        "admin": person(home, "root", ["admin"]),
        "caller": person(home, "c", ["caller"]),
        "both": person(home, "b", ["officer", "manager"]),
    }


class Asking:
    def __init__(self, place: TestClient, people: dict[str, dict[str, str]]) -> None:
        self.place, self.people = place, people

    def update(self, who: str, output: str, *values: Any) -> Any:
        spec = self.place.app.state.dash.callback_map[output]  # type: ignore[attr-defined]
        answer = self.place.post(UPDATE, json=body(output, spec, values), headers=self.people[who])
        assert answer.status_code == 200, answer.text
        return answer.json()["response"]

    def page(self, who: str, path: str) -> str:
        """The page's skeleton, or what stands in its place."""
        return str(self.update(who, "..page.children...shown.data..", path, None)["page"])

    def shell(self, who: str) -> str:
        return self.place.get("/_dash-layout", headers=self.people[who]).text

    def data(self, who: str, page: str, path: str, search: str = "") -> Any:
        return self.update(who, f"{page}-data.data", None, None, search, path)[f"{page}-data"]["data"]


@pytest.fixture
def asking(place: TestClient, people: dict[str, dict[str, str]]) -> Asking:
    return Asking(place, people)


def test_every_text_on_the_network_has_words_for_a_reader_of_some_agencies() -> None:
    french, english = (catalogue(code) for code in LANGUAGES)
    of_network = {key for key in french if said(french[key], "éseau") or said(english[key], "etwork")}
    lacking = {key for key in of_network if key + SCOPED not in french}
    assert {key for key in lacking if not key.endswith(SCOPED)} == OF_ALL
    assert [key for key in of_network if key.endswith(SCOPED)] == []


def said(text: str, word: str) -> bool:
    """Whether the text has it, names to be filled in apart."""
    return word in re.sub(r"{\w+}", "", text)


@pytest.mark.parametrize("text", ["since=2026-01-01", "agency=Lille&until=2026-01-01", "agence=Lille", "%"])
def test_a_scope_that_cannot_be_held_to_shows_no_row(text: str) -> None:
    assert scope_of(text) is None


def test_the_words_follow_the_reader() -> None:
    for scope, said in ((Selection(), "Réseau"), (Selection.parse("agency=Lille"), "Votre périmètre")):
        with acting(User("anne", ("manager",), scope)):
            assert t("way.network") == said
    with telling(scoped=True), speaking("en"):
        assert t("compare.of_network", share="12%") == "12% of your agencies"


def test_no_page_of_a_reader_of_some_agencies_speaks_of_the_network(asking: Asking) -> None:
    wanted = "?since=2026-01-01&until=2026-02-28&compare=network&compare=peers&case_type=Retraite"
    told = asking.shell("manager of two").replace(t("client.define_agencies-risk"), "")
    for page, path in (("production", "/production"), ("agencies", f"/agencies/{MINE}")):
        told += asking.page("manager of two", path) + str(asking.data("manager of two", page, path, wanted))
    told = told.replace(str(t("client.define_agencies-risk").split("\n")[1]), "")
    assert "éseau" not in told
    assert "érimètre" in told


def test_one_agency_is_not_compared_with_itself(asking: Asking) -> None:
    path, wanted = f"/agencies/{MINE}", "?since=2026-01-01&until=2026-02-28&compare=network&compare=year"
    alone, two = (asking.data(f"manager of {who}", "agencies", path, wanted) for who in ("one", "two"))
    assert alone["held"]["compared"] == ["year"]
    assert two["held"]["compared"] == ["year", "network"]
    assert [choice[0] for choice in alone["compare"]["choices"]] == ["previous", "year", "target"]
    assert alone["views"]["agencies-sentence"]["peers"]["none"] is True
    assert "agencies-gap" not in asking.page("manager of one", path)
    assert "agencies-gap" in asking.page("manager of two", path)


def test_who_sees_no_agency_is_told_so_and_whom_to_ask(asking: Asking) -> None:
    for path in ("/production", "/rules"):
        told = asking.page("manager of none", path)
        assert "Aucune agence ne vous est ouverte" in told
        assert "root" in told
    assert "production-kpis" not in asking.page("manager of none", "/production")


def test_clients_are_for_who_sees_every_agency_and_the_page_says_so(asking: Asking) -> None:
    assert "limité à certaines agences" in asking.page("officer of one", "/clients")
    assert "clients-choice" in asking.page("officer", "/clients")


def test_a_page_of_others_says_who_asks_what_it_takes_and_who_gives_it(asking: Asking) -> None:
    told = asking.page("officer", "/production")
    for words in (
        "responsables d'agence",
        "'o'",
        "chargé de clientèle",
        "kpi.view",
        "root",
        "Aller à la page Client",
    ):
        assert words in told, words
    assert "production-kpis" not in told


def test_the_refusal_of_a_page_is_in_the_journal(asking: Asking, home: Path) -> None:
    audit = asking.place.app.state.services.stores.audit  # type: ignore[attr-defined]
    sought = Sought(who=("o1",), actions=("access.refused",))
    before = audit.count(sought)
    shown = asking.page("officer of one", "/audit")
    line = audit.lines(sought)[0]
    assert audit.count(sought) == before + 1
    assert (line.details["permission"], line.details["place"]) == ("audit.view", "/audit")
    assert line.details["reference"] in shown


@pytest.mark.parametrize(
    ("who", "start"),
    [
        ("manager of all", "/production"),
        ("officer", "/clients"),
        ("admin", "/accounts"),
        ("both", "/production"),
    ],
)
def test_each_role_starts_with_a_page_of_its_own(asking: Asking, who: str, start: str) -> None:
    answer = asking.place.get("/", headers=asking.people[who])
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (302, start)


def test_an_account_without_any_page_is_told_so(asking: Asking) -> None:
    answer = asking.place.get("/", headers=asking.people["caller"])
    assert answer.status_code == 403
    assert "react-entry-point" in answer.text  # the frame, in which the page says the rest
    assert "n'ouvre encore aucune page" in asking.page("caller", "/")


@pytest.mark.parametrize(
    ("who", "there", "not_there"),
    [
        ("officer", ["nav-clients"], ["nav-production", "nav-accounts", "nav-audit"]),
        ("admin", ["nav-accounts", "nav-audit"], ["nav-production", "nav-clients", 'id":"search']),
        ("executive", ["nav-production"], ["nav-clients", "nav-accounts"]),
    ],
)
def test_the_menu_has_ones_own_pages(
    asking: Asking, who: str, there: list[str], not_there: list[str]
) -> None:
    told = asking.shell(who)
    assert [name for name in there if name not in told] == []
    assert [name for name in not_there if f'"{name}"' in told] == []


def test_files_are_offered_to_who_may_export(asking: Asking) -> None:
    assert "data-export" in asking.page("manager of all", "/production")
    assert "data-export" not in asking.page("executive", "/production")
    assert "'print'" in asking.page("executive", "/production")


def test_cases_are_shown_to_who_may_see_cases(asking: Asking) -> None:
    path = f"/agencies/{MINE}"
    shown = {who: asking.page(who, path) for who in ("analyst of two", "manager of two")}
    for part in ("agencies-risk-card", "agencies-cases-card"):
        assert part in shown["analyst of two"]
        assert part not in shown["manager of two"]


def test_recommendations_are_answered_by_who_may_decide(asking: Asking) -> None:
    told = {who: asking.update(who, "rules-data.data", {"t": 1}) for who in ("executive", "manager of all")}
    assert [told[who]["rules-data"]["data"]["decide"] for who in told] == [False, True]
    assert [told[who]["rules-data"]["data"]["export"] for who in told] == [False, True]


def test_who_may_not_see_agents_cannot_filter_by_one(asking: Asking) -> None:
    data = asking.data("manager of all", "production", "/production", "?agent=p1")
    assert data["held"]["text"] == ""
    assert data["notice"] == t("page.no_agents")
    assert (
        asking.data("analyst of two", "production", "/production", "?agent=p1")["held"]["text"] == "agent=p1"
    )
    for path in ("/api/v1/queries/production/kpis?agent=p1", "/export/csv?agent=p1"):
        assert asking.place.get(path, headers=asking.people["manager of all"]).status_code == 403
        assert asking.place.get(path, headers=asking.people["analyst of two"]).status_code == 200


def test_what_comes_after_the_paint_knows_no_agent_either(asking: Asking) -> None:
    held = asking.data("manager of all", "production", "/production")["held"]
    one = asking.update("manager of all", "production-later.data", {"held": held, "drawn": None})
    sent = {"held": {**held, "text": "agent=p1"}, "drawn": None}
    other = asking.update("manager of all", "production-later.data", sent)
    assert one["production-later"]["data"]["views"] == other["production-later"]["data"]["views"]


def test_one_readers_views_are_not_anothers(asking: Asking) -> None:
    mine = {"do": "save", "name": "À moi", "address": "/production", "first": True}
    asking.place.post("/saved", json=mine, headers=asking.people["manager of two"])
    own, others = (
        asking.place.get("/saved", headers=asking.people[who]).json()["views"]
        for who in ("manager of two", "manager of all")
    )
    assert [view["name"] for view in own] == ["À moi"]
    assert others == []
    assert "À moi" not in asking.place.get("/find?q=moi", headers=asking.people["manager of all"]).text


def test_where_another_reader_of_the_browser_was_leads_nobody(asking: Asking) -> None:
    for name in ("vigie_last", "vigie_last-0123456789ab"):
        headers = dict(asking.people["manager of all"])
        headers["cookie"] += f"; {name}=%2Frules"
        assert asking.place.get("/", headers=headers).headers["location"].startswith("/production")


def test_the_demonstration_says_so_and_has_no_account(home: Path) -> None:
    with visit(app_on(home)) as here:
        told = here.get("/_dash-layout").text
    assert t("shell.demonstration") in told
    assert "menu-user" not in told


def test_the_menu_says_who_is_signed_in(asking: Asking) -> None:
    told = asking.shell("analyst of two")
    for words in ("menu-user", "Analyste", f"{MINE}, Créteil", "Mon compte", "signOut"):
        assert words in told, words
    assert t("shell.demonstration") not in told


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Luc Garnier", "LG"),
        ("luc.garnier@caisse.fr", "LG"),
        ("luc", "L"),
        ("Jean-Luc de la Tour", "JT"),
        ("@", "?"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_every_permission_of_a_page_has_words() -> None:
    from app.main import PAGES  # noqa: PLC0415

    for page in PAGES:
        assert t(f"permissions.{page.PERMISSION.replace('.', '_')}")
    for role in ROLES:
        assert t(f"reserved.of_{role}")
