"""Signing in with the organisation's account, at a provider that does right."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from joserfc import jwt

from app.oidc import provider as providers
from app.oidc.organisation import REFUSALS
from app.texts import catalogue
from data import pending
from tests.app.oidc_world import World, anew, organised
from tests.provider import new_key
from tests.published import HERE, app_on, visit


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with organised(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture
def world(shared: World) -> World:
    return anew(shared)


def test_who_is_vouched_for_gets_a_session_and_goes_where_they_wanted(world: World) -> None:
    answer = world.sign_in("/agencies/bobigny?since=2026-01-01")
    assert (answer.status_code, answer.headers["location"]) == (303, "/agencies/bobigny?since=2026-01-01")
    assert world.place.get("/production", headers={"accept": "text/html"}).status_code == 200


def test_the_session_says_that_the_organisation_opened_it(world: World) -> None:
    world.sign_in()
    found = world.stores.sessions.find(world.session or "")
    assert found is not None
    assert (found.name, found.means) == (world.person["preferred_username"], "organisation")


def test_the_session_cookie_is_read_by_no_script_and_sent_by_no_other_site(world: World) -> None:
    cookies = world.sign_in().headers.get_list("set-cookie")
    [session] = [cookie for cookie in cookies if cookie.startswith("vigie_session=")]
    assert "httponly" in session.lower()
    assert "samesite=lax" in session.lower()


def test_an_address_elsewhere_is_not_gone_to(world: World) -> None:
    assert world.sign_in("https://elsewhere.example/").headers["location"] == "/"


def test_the_provider_is_asked_for_a_code_bound_to_this_sign_in(world: World) -> None:
    asked = dict(httpx.URL(world.begin()).params)
    assert asked.pop("state") != asked.pop("nonce")
    assert len(asked.pop("code_challenge")) == 43  # SHA-256, base64url
    assert asked == {
        "response_type": "code",
        "client_id": "vigie",
        "redirect_uri": f"{HERE}/sign-in/back",
        "scope": "openid profile email",
        "code_challenge_method": "S256",
    }


def test_two_sign_ins_share_no_secret(world: World) -> None:
    first, second = (dict(httpx.URL(world.begin()).params) for _ in range(2))
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


def test_two_tabs_of_one_browser_may_sign_in_side_by_side(world: World) -> None:
    first, second = world.begin(), world.begin("/agencies/evry")
    assert world.come_back(world.at_the_provider(first)).headers["location"] == "/production"
    world.place.cookies.delete("vigie_session")
    assert world.come_back(world.at_the_provider(second)).headers["location"] == "/agencies/evry"


def test_a_new_sign_in_ends_the_session_that_the_browser_had(world: World) -> None:
    world.sign_in()
    before = world.session or ""
    world.sign_in()
    assert world.session != before
    assert world.stores.sessions.find(before) is None


def test_a_provider_without_the_secret_in_a_form_gets_it_in_the_header(world: World) -> None:
    world.provider.without = frozenset({"token_endpoint_auth_methods_supported"})
    assert world.sign_in().headers["location"] == "/production"


def test_a_provider_without_userinfo_is_believed_for_its_token(world: World) -> None:
    world.provider.without = frozenset({"userinfo_endpoint"})
    assert world.sign_in().headers["location"] == "/production"
    assert "userinfo" not in world.provider.asked


def test_what_the_provider_says_of_itself_is_asked_once(world: World) -> None:
    world.sign_in()
    world.sign_in()
    assert world.provider.asked.count(".well-known/openid-configuration") == 1
    assert world.provider.asked.count("keys") == 1


def test_a_key_of_another_name_has_the_keys_asked_for_again(world: World) -> None:
    world.sign_in()
    world.provider.key = new_key("second")
    assert world.sign_in().headers["location"] == "/production"
    assert world.provider.asked.count("keys") == 2


def test_names_of_keys_that_nobody_knows_do_not_make_us_ask_each_time(world: World) -> None:
    key = new_key("never published")
    world.provider.sign = lambda header, claims: jwt.encode(header | {"kid": key.kid}, claims, key)
    for _ in range(3):
        assert world.refused() == "signature"
    assert world.provider.asked.count("keys") == 2


def test_a_key_that_was_withdrawn_is_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.sign_in()
    world.place.cookies.clear()
    monkeypatch.setattr(providers, "KEYS_FRESH", 0.0)
    withdrawn, world.provider.key = world.provider.key, new_key("second")
    world.provider.sign = lambda header, claims: jwt.encode(
        header | {"kid": withdrawn.kid}, claims, withdrawn
    )
    assert world.refused() == "signature"


def test_signing_out_ends_the_session_at_the_provider_too(world: World) -> None:
    world.sign_in()
    token = world.session or ""
    proof = {"x-csrftoken": world.place.cookies.get("_csrf_token") or ""}
    answer = world.place.post("/sign-out", headers=proof)
    assert answer.headers["location"].startswith(f"{world.provider.issuer}/leave?")
    assert httpx.get(answer.headers["location"]).headers["location"] == f"{HERE}/sign-in?state=left"
    [left] = world.provider.leavings
    assert jwt.decode(left["id_token_hint"], world.provider.key).claims["sub"] == world.person["sub"]
    assert world.stores.sessions.find(token) is None


def test_signing_out_leads_home_where_the_provider_has_no_such_place(world: World) -> None:
    world.provider.without = frozenset({"end_session_endpoint"})
    world.sign_in()
    proof = {"x-csrftoken": world.place.cookies.get("_csrf_token") or ""}
    assert world.place.post("/sign-out", headers=proof).headers["location"] == "/sign-in?why=left"


def test_a_form_may_lead_to_the_provider_and_nowhere_else(world: World) -> None:
    policy = world.place.get("/sign-in").headers["content-security-policy"]
    assert f"form-action 'self' {world.provider.issuer.removesuffix('/realm')};" in policy


def test_the_sign_in_page_offers_the_organisations_account(world: World) -> None:
    page = world.place.get("/sign-in", params={"next": "/agencies/evry?since=2026-01-01"}).text
    assert 'href="/sign-in/organisation?next=/agencies/evry%3Fsince%3D2026-01-01"' in page


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_refusal_has_its_sentence(language: str) -> None:
    texts = {key for key in catalogue(language) if key.startswith("organisation.refused_")}
    assert texts == {f"organisation.refused_{name}" for name in REFUSALS}


def test_without_a_provider_there_is_no_such_sign_in(tmp_path: Path) -> None:
    with visit(app_on(tmp_path, demo=False)) as place:
        assert "/sign-in/organisation" not in place.get("/sign-in").text
        assert place.get("/sign-in/organisation").status_code == 404
        assert place.get("/sign-in/back", params={"state": "x", "code": "y"}).status_code == 404


def test_a_level_that_is_asked_for_is_asked_of_the_provider(tmp_path: Path) -> None:
    with organised(tmp_path / "home", oidc_acr="eidas2 eidas3") as world:
        asked = dict(httpx.URL(anew(world).begin()).params)
        assert asked["acr_values"] == "eidas2 eidas3"
        assert '"values": ["eidas2", "eidas3"]' in asked["claims"]
        world.provider.twist = lambda claims: claims.update(acr="eidas1")
        assert world.refused() == "level"
        world.provider.twist = lambda claims: claims.update(acr="eidas3")
        assert world.sign_in().headers["location"] == "/production"


def test_a_sign_in_that_took_too_long_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    address = world.at_the_provider(world.begin())
    later = (datetime.now(UTC) + pending.LONGEST + timedelta(seconds=1)).isoformat(timespec="microseconds")
    monkeypatch.setattr(pending, "now", lambda: later)
    assert "refused=state" in world.come_back(address).headers["location"]
