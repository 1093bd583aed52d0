"""Signing in and out: what lets somebody in, what does not, and what is left of it."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.identity import csrf_of
from data.sessions import Sessions, hashed
from data.users import Account, Users
from tests.app.sign_in.conftest import LIGHT, PASSWORD, proof, sign_in
from tests.published import app_on, visit

PAGE = {"accept": "text/html"}
COOKIE = "vigie_session"


def alive(browser: TestClient) -> bool:
    return browser.get("/session").status_code == 200


def test_the_right_password_opens_what_was_asked_for(browser: TestClient, anne: Account) -> None:
    asked = browser.get("/production?agency=Lille", headers=PAGE)
    assert asked.headers["location"] == "/sign-in?next=%2Fproduction%3Fagency%3DLille"
    page = browser.get(asked.headers["location"], headers=PAGE).text
    assert 'name="next" value="/production?agency=Lille"' in page
    answer = browser.post(
        "/sign-in", data={"name": " Anne.Roux ", "password": PASSWORD, "next": "/production?agency=Lille"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/production?agency=Lille")
    assert alive(browser)


@pytest.mark.parametrize(
    ("name", "password"),
    [("anne.roux", "wrong"), ("anne.roux", PASSWORD + " "), ("nobody", PASSWORD), ("anne", PASSWORD)],
)
def test_anything_else_opens_nothing(browser: TestClient, anne: Account, name: str, password: str) -> None:
    answer = browser.post("/sign-in", data={"name": name, "password": password})
    assert answer.status_code == 401
    assert "Identifiant ou mot de passe incorrect." in answer.text
    assert "Encore 4 essais, puis une pause de 15 minutes." in answer.text
    assert "set-cookie" not in answer.headers
    assert not alive(browser)


def test_a_name_nobody_bears_is_answered_as_a_wrong_password(browser: TestClient, anne: Account) -> None:
    answers = [
        browser.post("/sign-in", data={"name": name, "password": "wrong"})
        for _ in range(6)
        for name in ("anne.roux", "anne.xxxx")
    ]
    texts = [
        [line for line in answer.text.splitlines() if "essai" in line or "pause" in line]
        for answer in answers
    ]
    known, unknown = answers[::2], answers[1::2]
    assert [a.status_code for a in known] == [a.status_code for a in unknown] == [401] * 4 + [429] * 2
    for one, other in zip(texts[::2], texts[1::2], strict=True):
        assert [line.split("Référence")[0] for line in one] == [line.split("Référence")[0] for line in other]


def test_five_tries_then_a_pause_even_for_the_right_password(browser: TestClient, anne: Account) -> None:
    assert [sign_in(browser, "wrong") for _ in range(5)] == [401, 401, 401, 401, 429]
    answer = browser.post("/sign-in", data={"name": "anne.roux", "password": PASSWORD})
    assert answer.status_code == 429
    assert "Trop d&#39;essais" in answer.text
    assert 14 * 60 < int(answer.headers["retry-after"]) <= 15 * 60


def test_the_last_try_is_said_in_the_singular(browser: TestClient, anne: Account) -> None:
    pages = [browser.post("/sign-in", data={"name": "anne.roux", "password": "wrong"}).text for _ in range(4)]
    assert "Encore 1 essai, puis une pause de 15 minutes." in pages[3]


def test_success_makes_up_for_what_went_wrong(browser: TestClient, anne: Account) -> None:
    for _ in range(4):
        sign_in(browser, "wrong")
    assert sign_in(browser) == 303
    browser.cookies.clear()
    assert "Encore 4 essais" in browser.post("/sign-in", data={"name": "anne.roux", "password": "x"}).text


def test_the_password_is_never_sent_back(browser: TestClient, anne: Account) -> None:
    answer = browser.post("/sign-in", data={"name": "anne.roux", "password": "s3cret-typed-here"})
    assert "s3cret" not in answer.text
    assert 'value="anne.roux"' in answer.text


def test_a_name_is_shown_as_text(browser: TestClient) -> None:
    hostile = '"><script>alert(1)</script>'
    answer = browser.post("/sign-in", data={"name": hostile, "password": "x", "next": hostile})
    assert "<script>alert" not in answer.text


def test_the_cookies_are_for_this_site_and_scripts_read_the_proof_alone(
    browser: TestClient, anne: Account
) -> None:
    answer = browser.post("/sign-in", data={"name": "anne.roux", "password": PASSWORD})
    session, csrf = answer.headers.get_list("set-cookie")
    assert session.startswith(f"{COOKIE}=")
    assert session.endswith("; HttpOnly; Path=/; SameSite=lax")
    assert csrf == f"_csrf_token={csrf_of(browser.cookies[COOKIE])}; Path=/; SameSite=lax"


def test_over_tls_the_cookie_is_bound_to_the_host(home: Path, anne: Account) -> None:
    with visit(
        app_on(home, demo=False, public_url="https://vigie.example"), "https://vigie.example"
    ) as place:
        answer = place.post("/sign-in", data={"name": "anne.roux", "password": PASSWORD})
        session, csrf = answer.headers.get_list("set-cookie")
        assert session.startswith("__Host-vigie=")
        assert session.endswith("; HttpOnly; Path=/; SameSite=lax; Secure")
        assert csrf.endswith("; Path=/; SameSite=lax; Secure")
        assert alive(place)


def test_a_session_that_somebody_planted_is_not_taken_over(browser: TestClient, anne: Account) -> None:
    planted = {"cookie": f"{COOKIE}={'A' * 43}"}
    answer = browser.post("/sign-in", data={"name": "anne.roux", "password": PASSWORD}, headers=planted)
    assert answer.headers.get_list("set-cookie")[0].startswith(f"{COOKIE}=")
    assert "A" * 43 not in answer.headers["set-cookie"]
    browser.cookies.clear()
    assert browser.get("/session", headers=planted).status_code == 401


def test_signing_in_anew_ends_what_the_browser_held(browser: TestClient, anne: Account, home: Path) -> None:
    sign_in(browser)
    before = browser.cookies[COOKIE]
    sign_in(browser)
    assert browser.cookies[COOKIE] != before
    assert Sessions(home).find(before) is None
    assert len(Sessions(home).of(anne.id)) == 1


def test_signing_out_ends_the_session_in_every_worker(browser: TestClient, anne: Account, home: Path) -> None:
    sign_in(browser)
    with visit(app_on(home, demo=False)) as elsewhere:
        elsewhere.cookies.update(browser.cookies)
        assert alive(elsewhere)
        answer = browser.post("/sign-out", data=proof(browser))
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?why=left")
        assert all("Max-Age=0" in cookie for cookie in answer.headers.get_list("set-cookie"))
        assert elsewhere.get("/session").status_code == 401
    assert "Vous êtes déconnecté" in browser.get(answer.headers["location"]).text


def test_nobody_is_signed_out_by_a_page_of_another_site(browser: TestClient, anne: Account) -> None:
    sign_in(browser)
    assert browser.post("/sign-out").status_code == 403
    assert browser.post("/sign-out", data={"_csrf_token": "0" * 64}).status_code == 403
    cross = {"sec-fetch-site": "cross-site"}
    assert browser.post("/sign-out", data=proof(browser), headers=cross).status_code == 403
    assert alive(browser)


def test_nobody_is_signed_in_by_a_page_of_another_site(browser: TestClient, anne: Account) -> None:
    form = {"name": "anne.roux", "password": PASSWORD}
    assert browser.post("/sign-in", data=form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert not alive(browser)


@pytest.mark.parametrize("act", ["change", "password", "disable"])
def test_new_rights_a_new_password_and_disabling_are_felt_at_the_next_request(
    browser: TestClient, anne: Account, users: Users, act: str
) -> None:
    chief = users.add("chief", {"admin"}, None)
    users.set_password(chief.id, "a hash")
    sign_in(browser)
    assert alive(browser)
    if act == "change":
        users.change(anne.id, ["executive"], "", "Anne")
    elif act == "password":
        users.set_password(anne.id, "another hash")
    else:
        users.disable(anne.id)
    assert not alive(browser)


def test_a_disabled_account_says_so_to_whom_it_belongs_alone(
    browser: TestClient, anne: Account, users: Users
) -> None:
    users.disable(anne.id)
    wrong = browser.post("/sign-in", data={"name": "anne.roux", "password": "wrong"})
    right = browser.post("/sign-in", data={"name": "anne.roux", "password": PASSWORD})
    assert "désactivé" not in wrong.text
    assert right.status_code == 403
    assert "Ce compte est désactivé." in right.text
    assert not alive(browser)


def test_who_is_signed_in_is_led_on(browser: TestClient, anne: Account) -> None:
    sign_in(browser)
    answer = browser.get("/sign-in?next=/production")
    assert (answer.status_code, answer.headers["location"]) == (303, "/production")


def test_the_demonstration_has_no_door(home: Path) -> None:
    with visit(app_on(home)) as place:
        assert place.get("/sign-in").headers["location"] == "/"
        answer = place.post("/sign-in", data={"name": "anne.roux", "password": PASSWORD})
        assert answer.headers["location"] == "/"
        assert "set-cookie" not in answer.headers
        assert place.get("/session").json() == {"idle": None, "left": None}


def test_an_incomplete_form_costs_no_try(browser: TestClient, anne: Account) -> None:
    for form in ({}, {"name": "anne.roux"}, {"password": "x"}, {"name": " ", "password": "x"}):
        assert browser.post("/sign-in", data=form).status_code == 422
    assert browser.post("/sign-in", json={"name": "anne.roux", "password": "x"}).status_code == 422
    assert browser.post("/sign-in", content=b"&".join([b"a=b"] * 100)).status_code == 422
    assert "Encore 4 essais" in browser.post("/sign-in", data={"name": "anne.roux", "password": "x"}).text


def test_what_is_no_text_is_a_name_nobody_bears(browser: TestClient) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = browser.post("/sign-in", content=b"name=%ff%00%80&password=%ff", headers=kind)
    assert answer.status_code == 401


def test_every_coming_and_going_is_written_down(
    browser: TestClient, anne: Account, lines: Callable[[], list[tuple[str, str]]]
) -> None:
    sign_in(browser, "wrong")
    sign_in(browser, name="MonMotDePasse-2026")
    sign_in(browser)
    browser.post("/sign-out", data=proof(browser))
    assert lines() == [
        ("sign_in.failed", "anne.roux"),
        ("sign_in.failed", "—"),  # what was typed may be a password
        ("signed_in", "anne.roux"),
        ("signed_out", "anne.roux"),
    ]


def test_nobody_comes_in_unwritten(browser: TestClient, anne: Account, full_disk: None, home: Path) -> None:
    assert sign_in(browser) == 503
    assert Sessions(home).of(anne.id) == []


def test_a_full_disk_keeps_nobody_in(
    browser: TestClient, anne: Account, server: FastAPI, request: pytest.FixtureRequest
) -> None:
    sign_in(browser)
    request.getfixturevalue("full_disk")
    assert browser.post("/sign-out", data=proof(browser)).status_code == 303
    assert not alive(browser)


def test_a_session_says_how_long_it_lasts(browser: TestClient, anne: Account) -> None:
    sign_in(browser)
    told = browser.get("/session").json()
    assert told["idle"] == 30 * 60
    assert 12 * 3600 - 60 < told["left"] <= 12 * 3600


def test_an_old_hash_is_made_again_with_the_same_password(
    browser: TestClient, anne: Account, users: Users
) -> None:
    from argon2 import PasswordHasher  # noqa: PLC0415

    users.set_password(anne.id, PasswordHasher(time_cost=1, memory_cost=32, parallelism=1).hash(PASSWORD))
    assert sign_in(browser) == 303
    found = users.password("anne.roux")
    assert found is not None
    assert not LIGHT.check_needs_rehash(found[1])
    assert alive(browser)


def test_the_page_speaks_the_language_that_is_chosen(browser: TestClient) -> None:
    answer = browser.get("/sign-in?next=/production&language=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fproduction")
    page = browser.get(answer.headers["location"]).text
    assert '<html lang="en">' in page
    assert "Sign in" in page
    assert "Se connecter" not in page


def test_the_page_asks_nothing_of_another_site(browser: TestClient) -> None:
    page = browser.get("/sign-in").text
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert "<style" not in page
    assert "onclick" not in page


def test_where_a_session_was_opened_is_kept(browser: TestClient, anne: Account, home: Path) -> None:
    browser.post(
        "/sign-in", data={"name": "anne.roux", "password": PASSWORD}, headers={"user-agent": "F" * 900}
    )
    (found,) = Sessions(home).of(anne.id)
    assert (found.key, found.browser, found.means) == (hashed(browser.cookies[COOKIE]), "F" * 200, "password")


def test_a_flood_of_passwords_leaves_the_rest_alone(
    browser: TestClient, anne: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import passwords  # noqa: PLC0415

    monkeypatch.setattr(passwords, "_waiting", passwords.WAITING)
    started = time.perf_counter()
    assert sign_in(browser) == 503
    assert browser.get("/health").status_code == 200
    assert time.perf_counter() - started < 2
