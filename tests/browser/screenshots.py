"""Pictures of the page in every state that people meet: `python -m tests.browser.screenshots OUT_DIR`."""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from app.portfolio import score_everyone
from data.durable import remove_tree
from data.simulate import simulate
from tests.browser import officer, screenshots_accounts
from tests.browser.conftest import chromium_open
from tests.browser.reader import Reader, options
from tests.browser.server import Server
from tests.trained import quick_model

CASES = 1_000_000
CLIENTS = 20_000
CLIENT = 100_482
WIDE, NARROW = (1440, 900), (390, 844)
A4_LANDSCAPE = (1055, 725)  # CSS pixels inside margins of 9 mm
HOME = "/"
PICKED = "/production?agency=Lille&agency=Marseille&since=2025-11-01&until=2026-10-31"


def as_it_opens(_reader: Reader) -> None:
    """Nothing to do first."""


def definition(reader: Reader) -> None:
    reader.page.locator('[data-kpi="mean_delay"] details.info summary').click()


def broken_updates(reader: Reader) -> None:
    reader.page.route("**/_dash-update-component*", lambda route: route.fulfill(status=500, body="{}"))
    reader.expects("500", "did not respond")


def broken(reader: Reader) -> None:
    broken_updates(reader)
    with reader.update(17):
        reader.marks("by-type").first.click()


def for_print(reader: Reader) -> None:
    reader.page.emulate_media(media="print")


def opened(search: str = "", *, client: int = CLIENT) -> Callable[[Reader], object]:
    return lambda reader: officer.consult(reader, client, search=search)


def tried(reader: Reader) -> None:
    officer.consult(reader, CLIENT)
    officer.move(reader, "requested_amount", 8_000)


def dots(reader: Reader) -> None:
    officer.consult(reader, CLIENT, search="?a=external_score_2&b=external_score_3")
    with reader.update():
        reader.page.get_by_role("button", name="Points").click()


def decided(reader: Reader) -> None:
    officer.consult(reader, CLIENT)
    with reader.update():
        reader.page.locator("#clients-decision .fb.pri").click()


def deciding(reader: Reader) -> None:
    officer.consult(reader, CLIENT)
    reader.page.get_by_role("button", name="Décider autrement").click()
    reader.dialog().locator("label.radio.refuse").click()
    reader.dialog().get_by_role("button", name="Enregistrer la décision").click()


def unknown(reader: Reader) -> None:
    officer.choose(reader, "application", 5)
    with reader.update():
        reader.page.keyboard.press("Enter")


def client_broken(reader: Reader) -> None:
    broken_updates(reader)
    officer.choose(reader, "application")
    with reader.update(17):
        reader.page.get_by_role("button", name="Ouvrir").click()


def client_for_print(reader: Reader) -> None:
    officer.consult(reader, CLIENT)
    for_print(reader)


def down_to_the_list(reader: Reader) -> None:
    reader.page.locator("#agencies-cases-card").scroll_into_view_if_needed()
    reader.page.locator("#agencies-cases-card .ag-row, #agencies-cases-card .case-line").first.wait_for()


def a_case(reader: Reader) -> None:
    reader.page.locator("#agencies-risk [data-case]").first.click()
    reader.page.locator("aside.dossier .tl").first.wait_for()


def an_agent(reader: Reader) -> None:
    reader.page.locator("#agencies-people a.fn-dot").first.click()
    reader.page.wait_for_url("**/agents/*")


def nowhere(reader: Reader) -> None:
    reader.expects("404")


def found(reader: Reader) -> None:
    reader.page.keyboard.press("Control+k")
    reader.page.keyboard.type("lil")
    reader.page.locator("dialog [role=option]").first.wait_for()


@dataclass(frozen=True)
class Shot:
    """One picture: where, at which sizes, in which themes, after what."""

    name: str
    where: str = HOME
    act: Callable[[Reader], object] = as_it_opens
    sizes: tuple[tuple[int, int], ...] = (WIDE, NARROW)
    themes: tuple[str, ...] = ("light", "dark")
    whole: bool = True
    more: dict[str, Any] = field(default_factory=dict)


SHOTS = (
    Shot("page"),
    Shot("window", whole=False),
    Shot("selection", PICKED),
    Shot("empty", "/production?agency=Atlantis"),
    Shot("bad-link", "/production?colour=blue", themes=("light",)),
    Shot("all-time", "/production", themes=("light",)),
    Shot("menu-agency", PICKED, lambda reader: reader.menu("agency"), whole=False),
    Shot("menu-period", PICKED, lambda reader: reader.menu("period"), whole=False),
    Shot("definition", HOME, definition, whole=False),
    Shot("data-table", HOME, lambda reader: reader.card_action("by-agency", "table"), whole=False),
    Shot(
        "enlarged",
        HOME,
        lambda reader: reader.card_action("by-month", "enlarge"),
        themes=("light",),
        whole=False,
    ),
    Shot("error", HOME, broken, themes=("light",), whole=False),
    Shot("print", PICKED, for_print, sizes=(A4_LANDSCAPE,)),
    Shot("wide", sizes=((1920, 1080),), themes=("light",)),
)
LILLE = "/agencies/HDF-01?since=2025-11-01&until=2026-10-31"
WAYS = (
    Shot("agency", LILLE, down_to_the_list),
    Shot("agency-window", LILLE, whole=False),
    Shot("agency-empty", "/agencies/HDF-01?case_type=Nulle+part", themes=("light",)),
    Shot("agency-case", LILLE, a_case, whole=False),
    Shot("agency-print", LILLE, for_print, sizes=(A4_LANDSCAPE,)),
    Shot("agent", LILLE, an_agent),
    Shot("agency-unknown", "/agencies/nowhere", nowhere, themes=("light",), whole=False),
    Shot("rules", "/rules"),
    Shot("compared", f"{PICKED}&compare=previous&compare=year&compare=network"),
    Shot("finder", HOME, found, whole=False),
)
HERE = f"/clients/{CLIENT}"
CATEGORIES = "?a=housing&b=employment"
CLIENT_SHOTS = (
    Shot("client-empty", "/clients", whole=False),
    Shot("client-asked", HERE, whole=False, themes=("light",)),
    Shot("client-unknown", "/clients", unknown, whole=False, themes=("light",)),
    Shot("client", HERE, opened()),
    Shot("client-window", HERE, opened(), whole=False),
    Shot("client-granted", HERE, opened(client=100_484), themes=("light",)),
    Shot("client-categories", HERE, opened(CATEGORIES)),
    Shot("client-boxes", HERE, opened("?a=annual_income&b=housing")),
    Shot("client-dots", HERE, dots),
    Shot("client-what-if", HERE, tried, whole=False),
    Shot("client-deciding", HERE, deciding, whole=False),
    Shot("client-decided", HERE, decided, whole=False),
    Shot("client-search", "/production", lambda reader: officer.find(reader, CLIENT), whole=False),
    Shot("client-error", HERE, client_broken, themes=("light",), whole=False),
    Shot("client-print", HERE, client_for_print, sizes=(A4_LANDSCAPE,)),
    Shot("client-wide", HERE, opened(), sizes=((1920, 1080),), themes=("light",)),
)
NOTHING = (Shot("no-data", "/"), Shot("no-score", "/clients", themes=("light",)))


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--only", default="", help="take the pictures whose name begins with this")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with chromium_open() as browser:
        for shots, cases, clients in (
            ((*SHOTS, *WAYS), asked.cases, 0),
            (CLIENT_SHOTS, CLIENTS, CLIENTS),
            (NOTHING, 0, 0),
        ):
            wanted = [shot for shot in shots if shot.name.startswith(asked.only)]
            if wanted:
                with serving(cases, clients) as server:
                    for shot in wanted:
                        take(browser, server, shot, asked.folder)
        screenshots_accounts.take(browser, asked.folder, asked.only)


def take(browser: Browser, server: Server, shot: Shot, folder: Path) -> None:
    """One picture for each size and theme; its name, and what the page complained of."""
    for width, height in shot.sizes:
        for theme in shot.themes:
            context = browser.new_context(**options(width, height, dark=theme == "dark", **shot.more))
            reader = Reader(context, server.address)
            reader.open(shot.where)
            shot.act(reader)
            reader.page.wait_for_timeout(400)
            name = f"{shot.name}-{width}-{theme}.png"
            reader.page.screenshot(path=folder / name, full_page=shot.whole)
            print(name, *reader.troubles)
            if shot.act in (for_print, client_for_print):
                paper = folder / f"{shot.name}-{theme}.pdf"
                reader.page.pdf(path=paper, prefer_css_page_size=True, print_background=True)
            context.close()


@contextmanager
def serving(cases: int, clients: int = 0) -> Iterator[Server]:
    """A server on a simulated network of that many cases and clients, with a model; on nothing for 0."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        if cases:
            simulate(home, cases=cases, clients=clients)
        if clients:
            quick_model(home)
            score_everyone(home)
        server = Server(home)
        try:
            server.start()
            yield server
        finally:
            server.stop()
            remove_tree(home)


if __name__ == "__main__":
    main()
