"""One's own account: what it shows, the password, the sessions."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.sign_in.browsers import named
from data.sessions import Sessions
from data.users import Account, Users
from tests.app.sign_in.conftest import OTHER, PASSWORD, proof, sign_in
from tests.published import app_on, visit
from tests.signed import program

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def mine(browser: TestClient, anne: Account) -> TestClient:
    """A browser that anne is signed in with."""
    assert sign_in(browser) == 303
    return browser


def change(
    browser: TestClient, current: str = PASSWORD, password: str = OTHER, **more: str
) -> tuple[int, str]:
    form = {"do": "password", "current": current, "password": password, **proof(browser), **more}
    answer = browser.post("/account", data=form)
    return answer.status_code, answer.text


def test_it_shows_who_i_am_and_what_i_may_see(mine: TestClient) -> None:
    page = mine.get("/account").text
    for text in ("Anne Roux", "anne.roux", "Responsable", "Lille", "Mot de passe actuel"):
        assert text in page


@pytest.mark.parametrize(
    ("scope", "said"),
    [("", "Toutes les agences"), (None, "aucun dossier n&#39;est visible"), ("agency=A%26B", "A&amp;B")],
)
def test_agencies_are_said_as_they_are(mine: TestClient, users: Users, scope: str | None, said: str) -> None:
    users.change(users.known("anne.roux").id, ["manager"], scope, "Anne Roux")
    sign_in(mine)
    assert said in mine.get("/account").text


def test_strangers_and_programs_have_no_account(browser: TestClient, home: Path) -> None:
    assert browser.get("/account", headers={"accept": "text/html"}).status_code == 303
    assert browser.get("/account", headers=program(home, "grafana", {"monitor"})).status_code in {401, 403}


def test_a_new_password_keeps_this_browser_and_ends_the_others(
    mine: TestClient, server: FastAPI, lines: Callable[[], list[tuple[str, str]]]
) -> None:
    with visit(server) as elsewhere:
        sign_in(elsewhere)
        before = mine.cookies["vigie_session"]
        assert change(mine)[0] == 303
        assert mine.cookies["vigie_session"] != before
        assert mine.get("/session").status_code == 200
        assert elsewhere.get("/session").status_code == 401
        assert sign_in(elsewhere) == 401
        assert sign_in(elsewhere, OTHER) == 303
    assert lines()[2] == ("password.changed", "anne.roux")


def test_the_current_password_is_asked_for_and_tries_are_counted(mine: TestClient) -> None:
    answers = [change(mine, "wrong") for _ in range(5)]
    assert [status for status, _ in answers] == [403] * 4 + [429]
    assert "Encore 4 essais, puis une pause de 15 minutes." in answers[0][1]
    assert "Pause de 15 minutes." in answers[4][1]
    assert change(mine)[0] == 429  # the right one too


def test_strangers_who_try_the_name_do_not_keep_me_from_changing_it(
    mine: TestClient, server: FastAPI
) -> None:
    with visit(server) as stranger:
        for _ in range(6):
            sign_in(stranger, "wrong")
    assert change(mine)[0] == 303


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"password": "court"}, "14 caractères"),
        ({"password": PASSWORD}, "le mot de passe actuel"),
        ({"password": OTHER, "again": "x"}, "diffèrent"),
        ({"password": "Sabre-anne-12-mousse"}, "votre nom"),
    ],
)
def test_what_will_not_do_changes_nothing(mine: TestClient, form: dict[str, str], said: str) -> None:
    status, text = change(mine, **form)
    assert status == 422
    assert said in text
    mine.cookies.clear()
    assert sign_in(mine) == 303


def test_the_other_sessions_end_and_this_one_stays(
    mine: TestClient, server: FastAPI, home: Path, anne: Account
) -> None:
    with visit(server) as elsewhere:
        elsewhere.post(
            "/sign-in", data={"name": "anne.roux", "password": PASSWORD}, headers={"user-agent": FIREFOX}
        )
        page = mine.get("/account").text
        assert "Firefox, Windows" in page
        answer = mine.post("/account", data={"do": "sessions", **proof(mine)})
        assert answer.headers["location"] == "/account?done=sessions"
        assert elsewhere.get("/session").status_code == 401
    assert mine.get("/session").status_code == 200
    assert len(Sessions(home).of(anne.id)) == 1
    page = mine.get("/account?done=sessions").text
    assert "Vos autres sessions sont terminées." in page
    assert "Fermer les autres sessions" not in page


def test_a_page_of_another_site_changes_nothing(mine: TestClient) -> None:
    form = {"do": "password", "current": PASSWORD, "password": OTHER}
    assert mine.post("/account", data=form).status_code == 403
    assert sign_in(mine) == 303


def test_who_comes_from_the_organisation_has_no_password_here(
    browser: TestClient, users: Users, home: Path
) -> None:
    made = users.add("paul", {"manager"}, "", issuer="https://id.example", subject="1")
    browser.cookies.set("vigie_session", Sessions(home).open(made.id, "organisation"))
    assert "celui de l&#39;organisation" in browser.get("/account").text


def test_the_demonstration_has_neither_password_nor_sessions(home: Path) -> None:
    with visit(app_on(home)) as place:
        page = place.get("/account").text
        assert "Démonstration" in page
        assert "password" not in page
        assert place.post("/account", data={"do": "password", "password": OTHER}).status_code == 403


def test_what_cannot_be_written_down_changes_nothing(
    mine: TestClient, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("full_disk")
    assert change(mine)[0] == 503
    assert mine.get("/session").status_code == 200


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (FIREFOX, "Firefox, Windows"),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8", "navigateur inconnu"),
        ("", "navigateur inconnu"),
    ],
)
def test_browsers_are_called_by_their_names(agent: str, said: str) -> None:
    assert named(agent) == said
