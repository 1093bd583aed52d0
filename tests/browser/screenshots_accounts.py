"""Pictures of what only shows outside the demonstration: signing in, rights, accounts, the audit."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page

from app.identity import CSRF_COOKIE, csrf_of
from data.audit import Entry
from data.durable import remove_tree
from data.links import INVITATION, Links
from data.sessions import Sessions
from data.simulate import simulate
from data.tokens import Tokens
from data.users import Users
from tests.app.audit_world import INES, LUC, Done, habit, view, written
from tests.browser.reader import options
from tests.browser.server import Server

CASES = 200_000
SIZES = ((1440, 900), (390, 844))
THEMES = ("light", "dark")
PASSWORD = "Violet-hibou-83-pont"  # noqa: S105
PEOPLE = (  # name, label, roles, scope
    ("sophie.moreau", "Sophie Moreau", ["admin"], None),
    (INES, "Inès Laurent", ["officer"], ""),
    (LUC, "Luc Garnier", ["officer"], ""),
    ("claire.martin", "Claire Martin", ["manager"], "agency=Lille&agency=Lens"),
    ("nadia.benali", "Nadia Benali", ["data_scientist"], ""),
    ("paul.vasseur", "Paul Vasseur", ["manager"], None),
)


@dataclass(frozen=True)
class Shot:
    """One picture: who is signed in ("" nobody), where, after what."""

    name: str
    who: str
    where: str
    act: Callable[[Page], object] = lambda _page: None
    whole: bool = False


def refused(page: Page) -> None:
    page.fill('[name="name"]', "claire.martin")
    page.fill('[name="password"]', "not-the-one")
    page.get_by_label("Mot de passe", exact=True).press("Enter")
    page.wait_for_load_state()


def menu(page: Page) -> None:
    page.locator("#menu-user summary").click()


def adding(page: Page) -> None:
    page.get_by_role("button", name="Ajouter un compte").first.click()


SHOTS = (
    Shot("sign-in", "", "/sign-in"),
    Shot("sign-in-refused", "", "/sign-in", refused),
    Shot("invitation", "", "/invitation?link={link}"),
    Shot("invitation-over", "", "/invitation?link=over"),
    Shot("account", "claire.martin", "/account", whole=True),
    Shot("user-menu", "claire.martin", "/production", menu),
    Shot("scoped", "claire.martin", "/production", whole=True),
    Shot("reserved", "claire.martin", "/audit"),
    Shot("no-agency", "paul.vasseur", "/production"),
    Shot("no-page", "nadia.benali", "/"),
    Shot("accounts", "sophie.moreau", "/accounts", whole=True),
    Shot("accounts-adding", "sophie.moreau", "/accounts", adding),
    Shot("audit", "sophie.moreau", "/audit", whole=True),
    Shot("audit-empty", "sophie.moreau", "/audit?who=nobody", whole=True),
)


def take(browser: Browser, folder: Path, only: str = "") -> None:
    """Take those whose name begins with `only`."""
    wanted = [shot for shot in SHOTS if shot.name.startswith(only)]
    if not wanted:
        return
    with serving() as (server, link):
        for shot in wanted:
            for width, height in SIZES:
                for theme in THEMES:
                    context = browser.new_context(**options(width, height, dark=theme == "dark"))
                    if shot.who:
                        context.add_cookies(cookies(server, shot.who))  # type: ignore[arg-type]
                    page = context.new_page()
                    page.goto(server.address + shot.where.format(link=link))
                    page.wait_for_timeout(1_500)
                    shot.act(page)
                    page.wait_for_timeout(500)
                    name = f"{shot.name}-{width}-{theme}.png"
                    page.screenshot(path=folder / name, full_page=shot.whole)
                    print(name)
                    context.close()


def cookies(server: Server, name: str) -> list[dict[str, str]]:
    """Those of a new session."""
    token = Sessions(server.home).open(Users(server.home).known(name).id, "password")
    given = {"vigie_session": token, CSRF_COOKIE: csrf_of(token)}
    return [{"name": key, "value": value, "url": server.address} for key, value in given.items()]


@contextmanager
def serving() -> Iterator[tuple[Server, str]]:
    """A server that asks for an account, with people, a month of their looks; and a link of an invitation."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        simulate(home, cases=CASES)
        users = Users(home)
        kept = PasswordHasher().hash(PASSWORD)
        for name, label, roles, scope in PEOPLE:
            users.set_password(users.add(name, roles, scope, label).id, kept)
        invited = users.add("hugo.petit", ["caller"], "agency=Rouen", "Hugo Petit")
        link = Links(home).add(invited.id, INVITATION, "sophie.moreau")
        Tokens(home).add("supervision", ["monitor"], None, 90, "sophie.moreau")
        refusal = Done(Entry("access.refused", "claire.martin", details={"permission": "score.view"}), 2)
        written(
            home,
            [
                *habit(INES, 12, days=25, first=1),
                *habit(LUC, 8, days=20, first=3),
                *habit(LUC, 74, days=1, first=1),
                Done(view(INES, purpose="complaint"), 1),
                refusal,
            ],
        )
        server = Server(home, DEMO="false")
        try:
            server.start()
            yield server, link
        finally:
            server.stop()
            remove_tree(home)
