"""A server whose organisation has a provider, and a browser that signs in there."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from fastapi.testclient import TestClient
from httpx2 import Response

from app.identity import session_cookie
from app.oidc.exchange import Client
from app.settings import Settings
from app.stores import Stores
from tests.provider import CLIENT, SECRET, Provider, provider
from tests.published import HERE, app_on, publish, settings, visit

GROUPS = """
contact = "le service informatique, poste 4210"

[[access]]
group = "pilotage"
roles = ["manager"]
agencies = ["Évry", "Bobigny"]

[[access]]
group = "réseau"
roles = ["executive"]
all_agencies = true
"""
FROM_THE_PROVIDER = {
    "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document",
    "accept": "text/html",
}  # fmt: skip
_numbers = count(1)


@dataclass
class World:
    """`place` is the browser; each world's person is another one."""

    provider: Provider
    place: TestClient
    stores: Stores
    groups: Path
    settings: Settings

    def begin(self, way: str = "/production") -> str:
        """Where the sign-in page sends the browser."""
        begun = self.place.get("/sign-in/organisation", params={"next": way})
        assert begun.status_code == 303
        return str(begun.headers["location"])

    def at_the_provider(self, address: str) -> str:
        """Where the provider sends it back to."""
        return httpx.get(address).headers["location"]

    def come_back(self, address: str) -> Response:
        """What Vigie says to it then."""
        return self.place.get(address.removeprefix(HERE), headers=FROM_THE_PROVIDER)

    def sign_in(self, way: str = "/production") -> Response:
        """The whole way."""
        return self.come_back(self.at_the_provider(self.begin(way)))

    def refused(self) -> str:
        """Why the whole way ends at the sign-in page; the browser got no session."""
        answer = self.sign_in()
        assert (answer.status_code, self.session) == (303, None)
        return reason(answer)

    @property
    def down_since(self) -> datetime | None:
        """Since when the server knows that the provider does not answer."""
        found: Client = self.place.app.state.organisation  # type: ignore[attr-defined]
        return found.provider.down_since

    @property
    def session(self) -> str | None:
        """The token of the browser's session."""
        return self.place.cookies.get(session_cookie(self.settings))

    @property
    def person(self) -> dict[str, Any]:
        """Whom the provider vouches for."""
        return self.provider.person

    def lines(self) -> list[tuple[str, str, dict[str, Any]]]:
        """What the journal says: action, who, details."""
        with closing(sqlite3.connect(self.settings.home / "journal.sqlite")) as journal:
            rows = journal.execute("SELECT action, who, details FROM audit ORDER BY id").fetchall()
        return [(action, who, json.loads(details)) for action, who, details in rows]


def reason(answer: Response) -> str:
    """Why the answer sends the browser back to the sign-in page."""
    address = httpx.URL(answer.headers["location"])
    assert address.path == "/sign-in"
    return address.params["refused"]


def said(page: Response) -> str:
    """The words of a page, in one line."""
    return re.sub(r"[ \n]+", " ", unescape(re.sub(r"<[^>]*>", " ", page.text)))


@contextmanager
def organised(folder: Path, **values: Any) -> Iterator[World]:
    """One that a module's tests share; see `anew`."""
    publish(folder, 90)
    groups = folder / "groups.toml"
    with provider() as made:
        known = {"oidc_issuer": made.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        said = {**known, "oidc_groups": groups, "demo": False, **values}
        server, stores = app_on(folder, **said), Stores.at(folder)
        with visit(server) as place:
            yield World(made, place, stores, groups, settings(folder, **said))
        stores.close()


def anew(world: World) -> World:
    """Another person in another browser, at a provider that does right, as if the server had just started."""
    number = next(_numbers)
    world.provider.anew()
    world.provider.person = {
        "sub": f"s-{number}", "preferred_username": f"person-{number}", "groups": ["pilotage"],
    }  # fmt: skip
    world.place.cookies.clear()
    world.place.app.state.organisation = Client(world.settings)  # type: ignore[attr-defined]
    world.groups.write_text(GROUPS, encoding="utf-8")
    return world
