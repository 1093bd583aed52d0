"""Links that work once: what they open, and what is asked of the password."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from data.links import RESET, Links
from data.sessions import Sessions
from data.users import Account, Users
from tests.app.sign_in.conftest import OTHER, PASSWORD, sign_in
from tests.published import app_on, visit

Lines = Callable[[], list[tuple[str, str]]]


def choose(browser: TestClient, link: str, password: str = PASSWORD, **more: str) -> int:
    answer = browser.post("/invitation", data={"link": link, "password": password, **more})
    return answer.status_code


def test_a_link_says_for_whom_it_is_and_lets_them_in(browser: TestClient, invited: str, lines: Lines) -> None:
    page = browser.get("/invitation", params={"link": invited})
    assert page.status_code == 200
    assert "Paul Petit, choisissez votre mot de passe." in page.text
    assert "Chargé de clientèle" in page.text
    assert choose(browser, invited) == 303
    assert browser.get("/session").status_code == 200
    assert lines() == [("password.changed", "paul.petit"), ("signed_in", "paul.petit")]
    browser.cookies.clear()
    assert sign_in(browser, PASSWORD, "paul.petit") == 303


def test_looking_many_times_uses_nothing_up(browser: TestClient, invited: str) -> None:
    for _ in range(3):
        assert browser.get("/invitation", params={"link": invited}).status_code == 200
    assert choose(browser, invited) == 303


def test_used_once_it_opens_nothing_more(browser: TestClient, invited: str) -> None:
    choose(browser, invited)
    browser.cookies.clear()
    assert browser.get("/invitation", params={"link": invited}).status_code == 410
    assert choose(browser, invited, OTHER) == 410
    assert sign_in(browser, OTHER, "paul.petit") == 401


@pytest.mark.parametrize("link", ["", "x", "é", "A" * 43, "a" * 5_000])
def test_a_link_that_never_was_opens_nothing(browser: TestClient, link: str) -> None:
    answer = browser.get("/invitation", params={"link": link})
    assert answer.status_code == 410
    assert "Demandez-en un nouveau" in answer.text
    assert choose(browser, link) == 410


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("Court-1", "14 caractères"),
        ("violet-hibou-83-pont", "des majuscules"),
        ("Violet-petit-83-pont", "votre nom"),
        ("Motdepasse123456", "mots courants"),
        ("", "14 caractères"),
    ],
)
def test_a_weak_password_is_refused_with_what_it_lacks(
    browser: TestClient, invited: str, password: str, said: str
) -> None:
    answer = browser.post("/invitation", data={"link": invited, "password": password})
    assert answer.status_code == 422
    assert said in answer.text
    assert not password or f'value="{password}"' not in answer.text
    assert choose(browser, invited) == 303  # the link is as good as before


def test_typed_twice_without_scripts_both_must_agree(browser: TestClient, invited: str) -> None:
    assert choose(browser, invited, PASSWORD, again=OTHER) == 422
    assert choose(browser, invited, PASSWORD, again=PASSWORD) == 303


def test_a_reset_ends_what_the_old_password_opened(browser: TestClient, anne: Account, home: Path) -> None:
    sign_in(browser)
    link = Links(home).add(anne.id, RESET, "chief")
    assert browser.get("/session").status_code == 401
    browser.cookies.clear()
    assert sign_in(browser) == 401
    assert choose(browser, link, OTHER) == 303
    browser.cookies.clear()
    assert sign_in(browser) == 401
    assert sign_in(browser, OTHER) == 303


def test_another_sessions_browser_changes_hands(
    browser: TestClient, anne: Account, invited: str, home: Path
) -> None:
    sign_in(browser)
    before = browser.cookies["vigie_session"]
    choose(browser, invited)
    assert Sessions(home).find(before) is None
    found = Sessions(home).find(browser.cookies["vigie_session"])
    assert found is not None
    assert (found.name, found.means) == ("paul.petit", "link")


def test_a_disabled_users_link_opens_nothing(
    browser: TestClient, invited: str, anne: Account, users: Users
) -> None:
    paul = users.known("paul.petit")
    users.disable(paul.id)
    users.disable(paul.id, disabled=False)
    assert choose(browser, invited) == 410


def test_the_first_administrator_names_themselves(
    browser: TestClient, home: Path, users: Users, lines: Lines
) -> None:
    link = Links(home).first("root") or ""
    page = browser.get("/invitation", params={"link": link}).text
    assert "Premier administrateur" in page
    assert 'name="name"' in page
    assert choose(browser, link, PASSWORD, name=" chief ", label="La cheffe") == 303
    made = users.known("chief")
    assert (made.roles, made.scope, made.label, made.chosen) == (("admin",), None, "La cheffe", True)
    assert lines() == [("user.added", "chief"), ("signed_in", "chief")]
    assert browser.get("/session").status_code == 200


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": " "}, "Indiquez un identifiant"),
        ({"name": "a:b"}, "ce nom ne convient pas"),
        ({"name": "violet", "label": ""}, "votre nom ou votre identifiant"),
    ],
)
def test_a_first_administrator_needs_a_fit_name(
    browser: TestClient, home: Path, users: Users, form: dict[str, str], said: str
) -> None:
    link = Links(home).first("root") or ""
    answer = browser.post("/invitation", data={"link": link, "password": PASSWORD, **form})
    assert answer.status_code == 422
    assert said in answer.text.lower() or said in answer.text
    assert users.all() == []


def test_what_cannot_be_written_down_changes_nothing(
    browser: TestClient, invited: str, full_disk: None, users: Users
) -> None:
    assert choose(browser, invited) == 503
    assert not users.known("paul.petit").chosen


def test_a_page_of_another_site_chooses_nothing(browser: TestClient, invited: str) -> None:
    form = {"link": invited, "password": PASSWORD}
    answer = browser.post("/invitation", data=form, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert browser.get("/invitation", params={"link": invited}).status_code == 200


def test_the_demonstration_takes_no_link(home: Path, invited: str) -> None:
    with visit(app_on(home)) as place:
        assert place.get("/invitation", params={"link": invited}).headers["location"] == "/"
        assert choose(place, invited) == 303
    assert Links(home).find(invited) is not None
