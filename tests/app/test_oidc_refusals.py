"""Who is not let in, and what they and the journal are told."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi.testclient import TestClient

from app.texts import t
from tests.app.oidc_world import FROM_THE_PROVIDER, World, anew, organised, reason, said
from tests.published import ASKS_AS_A_PAGE, HERE


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with organised(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture
def world(shared: World) -> World:
    return anew(shared)


def test_a_state_that_was_used_is_of_no_use(world: World) -> None:
    address = world.at_the_provider(world.begin())
    assert world.come_back(address).headers["location"] == "/production"
    world.place.cookies.delete("vigie_session")
    assert reason(world.come_back(address)) == "state"


def test_a_stolen_state_is_of_no_use_in_another_browser(world: World) -> None:
    address = world.at_the_provider(world.begin())
    thief = TestClient(
        world.place.app,
        base_url=HERE,
        client=("127.0.0.1", 50_001),
        headers=ASKS_AS_A_PAGE,
        follow_redirects=False,
    )
    bare = thief.get(address, headers=FROM_THE_PROVIDER)
    assert reason(bare) == "browser"
    assert "vigie_session" not in thief.cookies


def test_a_state_of_another_browser_is_refused_and_used_up(world: World) -> None:
    address = world.at_the_provider(world.begin())
    mine = world.place.cookies.get("vigie_pending")
    world.place.cookies.set("vigie_pending", "x" * 43, domain="127.0.0.1", path="/")
    assert reason(world.come_back(address)) == "state"
    world.place.cookies.set("vigie_pending", str(mine), domain="127.0.0.1", path="/")
    assert reason(world.come_back(address)) == "state"


def test_a_code_of_another_sign_in_is_of_no_use(world: World) -> None:
    other = httpx.URL(world.at_the_provider(world.begin())).params["code"]
    mine = httpx.URL(world.at_the_provider(world.begin()))
    assert reason(world.come_back(str(mine.copy_merge_params({"code": other})))) == "code"


def test_a_state_that_nobody_gave_is_refused(world: World) -> None:
    world.begin()
    assert reason(world.come_back("/sign-in/back?state=made-up&code=x")) == "state"
    assert reason(world.come_back("/sign-in/back")) == "state"


@pytest.mark.parametrize(
    ("told", "expected"),
    [({"error": "access_denied"}, "cancelled"), ({"error": "server_error"}, "provider"), ({}, "malformed")],
)
def test_an_answer_without_a_code_is_told_for_what_it_is(
    world: World, told: dict[str, str], expected: str
) -> None:
    state = httpx.URL(world.begin()).params["state"]
    assert (
        reason(world.come_back(str(httpx.URL("/sign-in/back", params={"state": state, **told})))) == expected
    )


def test_an_answer_in_the_name_of_another_provider_is_refused(world: World) -> None:
    address = httpx.URL(world.at_the_provider(world.begin()))
    mixed = str(address.copy_merge_params({"iss": "https://elsewhere.example"}))
    assert reason(world.come_back(mixed)) == "issuer"


def test_a_provider_that_names_itself_must_do_so(world: World) -> None:
    world.provider.described["authorization_response_iss_parameter_supported"] = True
    assert world.refused() == "issuer"


@pytest.mark.parametrize("groups", [None, [], ["elsewhere"], "pilot", {"pilotage": True}, [["pilotage"]]])
def test_who_has_no_group_is_told_whom_to_ask_and_gets_no_account(world: World, groups: object) -> None:
    world.person["groups"] = groups
    answer = world.sign_in()
    assert reason(answer) == "no_group"
    assert "le service informatique, poste 4210" in world.place.get(answer.headers["location"]).text
    assert world.stores.users.named(world.person["preferred_username"]) is None


def test_who_lost_every_group_loses_rights_and_sessions(world: World) -> None:
    world.sign_in()
    before = world.session or ""
    world.place.cookies.clear()
    world.person["groups"] = []
    assert world.refused() == "no_group"
    found = world.stores.users.named(world.person["preferred_username"])
    assert found is not None
    assert (found.roles, found.scope) == ((), None)
    assert world.stores.sessions.find(before) is None
    assert [action for action, *_ in world.lines()[-2:]] == ["user.changed", "sign_in.failed"]


def test_a_suspended_user_is_not_let_in(world: World) -> None:
    world.sign_in()
    world.place.cookies.clear()
    found = world.stores.users.known(world.person["preferred_username"])
    world.stores.users.disable(found.id)
    assert world.refused() == "disabled"
    actions = [(action, who) for action, who, _ in world.lines()[-2:]]
    assert actions == [("signed_in", found.name), ("sign_in.failed", found.name)]


@pytest.mark.parametrize("text", ["access = 7", "[[access]]\ngroup = 'g'\nroles = ['emperor']", "[", None])
def test_a_mapping_that_cannot_be_read_lets_nobody_in(world: World, text: str | None) -> None:
    world.groups.unlink() if text is None else world.groups.write_text(text)
    assert world.refused() == "groups"


def test_every_refusal_is_written_down_without_what_was_refused(world: World) -> None:
    world.provider.twist = lambda claims: claims.update(nonce="another")
    answer = world.sign_in()
    named = httpx.URL(answer.headers["location"]).params["reference"]
    told = {"why": "nonce", "means": "organisation", "reference": named}
    assert world.lines()[-1] == ("sign_in.failed", "—", told)


def test_the_refusal_of_a_known_user_bears_their_name(world: World) -> None:
    world.sign_in()
    world.place.cookies.clear()
    world.person["groups"] = []
    world.refused()
    name = world.person["preferred_username"]
    action, who, details = world.lines()[-1]
    assert (action, who, details["why"], details["vouched"]) == ("sign_in.failed", name, "no_group", name)


def test_the_page_says_why_and_by_which_reference(world: World) -> None:
    world.provider.twist = lambda claims: claims.update(nonce="another")
    answer = world.sign_in("/agencies/evry")
    page = world.place.get(answer.headers["location"])
    assert t("organisation.refused_nonce") in said(page)
    assert httpx.URL(answer.headers["location"]).params["reference"] in said(page)
    assert "/sign-in/organisation?next=/agencies/evry" in page.text


@pytest.mark.parametrize("told", ["<b>x</b>", "unknown", "none", "no_group&reference=<b>x</b>"])
def test_the_page_shows_no_words_of_its_address(world: World, told: str) -> None:
    page = world.place.get(f"/sign-in?refused={told}")
    assert page.status_code == 200
    assert "<b>x</b>" not in page.text
