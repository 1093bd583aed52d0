"""Signing in and out with the organisation's account, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.app.oidc_world import GROUPS
from tests.browser.conftest import NewReader
from tests.browser.server import Server
from tests.provider import CLIENT, SECRET, Provider, provider
from tests.published import publish

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def idp() -> Iterator[Provider]:
    with provider() as made:
        made.person = {"sub": "s-1", "preferred_username": "claire.martin", "groups": ["réseau"]}
        yield made


@pytest.fixture(scope="module")
def server(idp: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("organisation") / "home"
    publish(home)
    (home / "groups.toml").write_text(GROUPS, encoding="utf-8")
    made = Server(
        home,
        DEMO="false",
        OIDC_ISSUER=idp.issuer,
        OIDC_CLIENT_ID=CLIENT,
        OIDC_CLIENT_SECRET=SECRET,
        OIDC_GROUPS=str(home / "groups.toml"),
    )
    made.start()
    yield made
    made.stop()


def test_one_click_leads_through_the_provider_to_the_page_and_out_again(
    server: Server, idp: Provider, visit: NewReader
) -> None:
    claire = visit(server)
    claire.page.goto(f"{server.address}/production?agency=Bobigny")
    claire.page.get_by_role("link", name="Continuer avec le compte de l'organisation").click()
    claire.wait_for(1)
    assert claire.page.url == f"{server.address}/production?agency=Bobigny"
    claire.page.goto(f"{server.address}/account")
    claire.page.get_by_role("button", name="Se déconnecter").click()
    claire.page.wait_for_url("**/sign-in?state=left")
    assert [left["client_id"] for left in idp.leavings] == [CLIENT]
    expect(claire.page.get_by_role("status")).to_contain_text("déconnecté")
