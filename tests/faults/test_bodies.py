"""Fault 24: bodies that are too large, too slow or too deep."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psutil  # type: ignore[import-untyped]
import pytest

from tests.browser.server import Server
from tests.counts import count
from tests.faults.runaway import UPDATE, ask, until
from tests.published import publish

pytestmark = pytest.mark.fault

LARGE = 200_000_000  # bytes
PIECE = b" " * 65_536
SLOW = 2.0  # seconds that a body may take
GROWTH = 10_000_000  # bytes
JSON = "Content-Type: application/json"
READ_AS_JSON = (UPDATE, "/saved", "/api/v1/score")  # by Dash, by FastAPI as a model, as one with any fields


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("home")
    publish(folder)
    found = Server(folder, BODY_SECONDS=str(SLOW))
    found.start()
    yield found
    found.stop()


@pytest.fixture
def grows(server: Server) -> Iterator[Callable[[], None]]:
    """Checks at the end that the server's memory has not grown; to be called once all is warm."""
    process, before = psutil.Process(server.pid), [0]

    def warm() -> None:
        before[0] = process.memory_info().rss

    yield warm
    assert before[0], "never told that all is warm"
    assert process.memory_info().rss - before[0] <= GROWTH


def opened(server: Server, path: str, *headers: str) -> socket.socket:
    """A POST whose body is still to come."""
    link = socket.create_connection(("127.0.0.1", server.port), 30)
    lines = (f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Sec-Fetch-Site: same-origin")
    link.sendall("\r\n".join((*lines, *headers, "", "")).encode())
    return link


def told(link: socket.socket) -> int:
    """The status of the answer."""
    first = link.makefile("rb").readline()
    return int(first.split()[1])


def poured(link: socket.socket, wrap: Callable[[bytes], bytes]) -> int:
    """Send until all is sent or the other side has had enough; how many bytes went out."""
    sent = 0
    try:
        while sent < LARGE:
            link.sendall(wrap(PIECE))
            sent += len(PIECE)
    except (BrokenPipeError, ConnectionResetError):
        pass
    return sent


def chunk(piece: bytes) -> bytes:
    return f"{len(piece):x}\r\n".encode() + piece + b"\r\n"


def as_it_is(piece: bytes) -> bytes:
    return piece


def test_a_declared_length_that_is_too_large_is_refused_before_any_of_it_comes(
    server: Server, grows: Callable[[], None]
) -> None:
    grows()
    for _ in range(count(ci=2, soak=20)):
        with opened(server, UPDATE, JSON, f"Content-Length: {LARGE}") as link:
            assert told(link) == 413
            assert poured(link, as_it_is) < LARGE / 2  # the connection is closed


def test_a_length_that_nobody_declared_is_refused_once_it_is_too_large(
    server: Server, grows: Callable[[], None]
) -> None:
    grows()
    for path in READ_AS_JSON:
        with opened(server, path, JSON, "Transfer-Encoding: chunked") as link:
            for _ in range(20):
                link.sendall(chunk(PIECE))
            assert told(link) == 413
            assert poured(link, chunk) < LARGE / 2


def test_a_body_that_comes_drop_by_drop_is_refused_in_the_end(
    server: Server, grows: Callable[[], None]
) -> None:
    grows()
    with ExitStack() as held:
        links = [
            held.enter_context(opened(server, path, JSON, "Content-Length: 1000"))
            for path in READ_AS_JSON * 7
        ]
        started = time.monotonic()
        for link in links:
            link.sendall(b"{")
        assert ask(server, "/health").status == 200
        assert [told(link) for link in links] == [408] * len(links)
        assert SLOW / 2 < time.monotonic() - started < SLOW + 10


@pytest.mark.parametrize("path", READ_AS_JSON)
@pytest.mark.parametrize("opening", [b"[", b'{"a":'], ids=str)
def test_a_deeply_nested_body_is_refused(
    server: Server, grows: Callable[[], None], path: str, opening: bytes
) -> None:
    def send(depth: int) -> int:
        body = opening * depth + b"1" + (b"]" if opening == b"[" else b"}") * depth
        with opened(server, path, JSON, f"Content-Length: {len(body)}", "Connection: close") as link:
            link.sendall(body)
            return told(link)

    deepest = 900_000 // (len(opening) + 1)
    send(deepest)
    grows()
    for depth in (500, 5_000, deepest):
        assert send(depth) in {400, 422}


def test_the_server_answers_as_before(server: Server) -> None:
    until(lambda: ask(server, "/production").status == 200)
