"""Pictures of the page in every state that people meet: `python -m tests.browser.screenshots OUT_DIR`."""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from data.durable import remove_tree
from data.simulate import simulate
from tests.browser.conftest import chromium_open
from tests.browser.reader import Reader, options
from tests.browser.server import Server

CASES = 1_000_000
WIDE, NARROW = (1440, 900), (390, 844)
A4_LANDSCAPE = (1055, 725)  # CSS pixels inside margins of 9 mm
HOME = "/"
PICKED = "/production?agency=Lille&agency=Marseille&since=2025-11-01&until=2026-10-31"


def as_it_opens(_reader: Reader) -> None:
    """Nothing to do first."""


def definition(reader: Reader) -> None:
    reader.page.locator('[data-kpi="mean_delay"] details.info summary').click()


def broken(reader: Reader) -> None:
    reader.page.route("**/_dash-update-component*", lambda route: route.fulfill(status=500, body="{}"))
    reader.expects("500")
    with reader.update(17):
        reader.marks("by-type").first.click()


def for_print(reader: Reader) -> None:
    reader.page.emulate_media(media="print")


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
NOTHING = (Shot("no-data", "/"),)


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--only", default="", help="take the pictures whose name begins with this")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with chromium_open() as browser:
        for shots, cases in ((SHOTS, asked.cases), (NOTHING, 0)):
            wanted = [shot for shot in shots if shot.name.startswith(asked.only)]
            if wanted:
                with serving(cases) as server:
                    for shot in wanted:
                        take(browser, server, shot, asked.folder)


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
            if shot.act is for_print:
                paper = folder / f"print-{theme}.pdf"
                reader.page.pdf(path=paper, prefer_css_page_size=True, print_background=True)
            context.close()


@contextmanager
def serving(cases: int) -> Iterator[Server]:
    """A server on a simulated network of that many cases; on nothing for 0."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        if cases:
            simulate(home, cases=cases)
        server = Server(home)
        try:
            server.start()
            yield server
        finally:
            server.stop()
            remove_tree(home)


if __name__ == "__main__":
    main()
