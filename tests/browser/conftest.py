"""A real server, a real Chromium, and readers who tell of every trouble they met."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from app.portfolio import score_everyone
from data.simulate import simulate
from tests.browser.reader import Reader, options
from tests.browser.server import Server
from tests.trained import quick_model

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
CASES = 200_000
CLIENTS = 6_000


class NewReader(Protocol):
    """Opens a tab in a browser of its own; `options` are those of `reader.options`."""

    def __call__(self, server: Server, **options: Any) -> Reader: ...


@contextmanager
def chromium_open() -> Iterator[Browser]:
    """Debian's Chromium, which can reach nothing but this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Closed with the module: while it is open no other test of this process may run an event loop."""
    with chromium_open() as browser:
        yield browser


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with the simulated network; for tests that only read."""
    home = tmp_path_factory.mktemp("world") / "home"
    simulate(home, cases=CASES)
    return home


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with credits, a model that serves and everyone's reasons; its journal grows."""
    home = tmp_path_factory.mktemp("bank") / "home"
    simulate(home, cases=20_000, clients=CLIENTS)
    quick_model(home)
    score_everyone(home)
    return home


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[..., Server]]:
    """Start a server on a state directory; stopped with the module."""
    started: list[Server] = []

    def start(home: Path, **settings: str) -> Server:
        server = Server(home, **settings)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="module")
def simulated(world: Path, serve: Callable[..., Server]) -> Server:
    """Serves the simulated network."""
    return serve(world)


@pytest.fixture(scope="module")
def lender(bank: Path, serve: Callable[..., Server]) -> Server:
    """Serves the credits."""
    return serve(bank)


@pytest.fixture
def visit(chromium: Browser) -> Iterator[NewReader]:
    """Open tabs; after the test, fail on every trouble that was not expected."""
    readers: list[Reader] = []

    def new(server: Server, **how: Any) -> Reader:
        context = chromium.new_context(**options(**how))
        readers.append(Reader(context, server.address))
        return readers[-1]

    yield new
    for reader in readers:
        reader.context.close()
    troubles = [trouble for reader in readers for trouble in reader.troubles]
    assert not troubles, troubles


@pytest.fixture(scope="module")
def usual(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser at 1440 px that has been here before: scripts come from its cache."""
    context = chromium.new_context(**options())
    yield context
    context.close()


@pytest.fixture
def reader(simulated: Server, usual: BrowserContext) -> Iterator[Reader]:
    """A fresh tab on the page over the simulated network, without any filter."""
    opened = Reader(usual, simulated.address)
    opened.open()
    yield opened
    opened.page.close()
    assert not opened.troubles, opened.troubles
