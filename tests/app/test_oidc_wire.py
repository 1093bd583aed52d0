"""What the server asks of the provider's addresses, and how much it takes from them."""

import asyncio
import gzip
import threading
import time
from collections.abc import Iterator
from socket import create_server, socket

import pytest
from pydantic import ValidationError

from app.oidc import wire
from app.oidc.wire import Reply, Unreachable, Wire
from app.settings import Settings
from tests.provider import Provider, provider


@pytest.fixture(scope="module")
def shared() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.fixture
def there(shared: Provider) -> Provider:
    shared.answer.clear()
    shared.asked.clear()
    return shared


def ask(there: Provider, place: str = "x") -> Reply:
    return asyncio.run(Wire(there.issuer).get(f"{there.issuer}/{place}"))


def test_an_answer_is_read_whole(there: Provider) -> None:
    there.answer["x"] = (200, {"content-type": "Application/JWT; charset=utf-8"}, b"y" * 300_000)
    assert ask(there) == Reply(200, "application/jwt", b"y" * 300_000)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirection_is_followed(there: Provider, status: int) -> None:
    there.answer["x"] = (status, {"location": f"{there.issuer}/y"}, b"")
    with pytest.raises(Unreachable, match="status"):
        ask(there)
    assert there.asked == ["x"]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_failure_of_the_provider_is_no_answer(there: Provider, status: int) -> None:
    there.answer["x"] = (status, {}, b"{}")
    with pytest.raises(Unreachable, match="status"):
        ask(there)


def test_a_megabyte_is_taken_and_not_a_byte_more(there: Provider) -> None:
    there.answer["x"] = (200, {}, b"y" * 1_000_000)
    assert len(ask(there).body) == 1_000_000
    there.answer["x"] = (200, {}, b"y" * 1_000_001)
    with pytest.raises(Unreachable, match="too_large"):
        ask(there)


def test_nothing_small_is_blown_up(there: Provider) -> None:
    small = gzip.compress(b"y" * 50_000_000)
    there.answer["x"] = (200, {"content-encoding": "gzip"}, small)
    assert ask(there).body == small


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/x",
        "http://localhost/x",
        "https://127.0.0.1/x",
        "http://elsewhere.example/x",
        "file:///etc/passwd",
        "//127.0.0.1/x",
        "http://[::1",
        "",
    ],
)
def test_an_address_that_is_not_the_issuers_is_not_asked(there: Provider, address: str) -> None:
    with pytest.raises(Unreachable, match="elsewhere"):
        asyncio.run(Wire(there.issuer).get(address))


def test_a_name_before_the_host_is_not_the_issuers(there: Provider) -> None:
    mine = Wire(there.issuer)
    assert not mine.own(there.issuer.replace("http://", "http://user:secret@"))
    assert not mine.own(there.issuer.replace("127.0.0.1", "127.0.0.1.elsewhere.example"))
    assert mine.own(f"{there.issuer}/x")


@pytest.mark.parametrize("issuer", ["http://idp.example", "idp.example", "https://", "ftp://idp.example/"])
def test_an_issuer_without_tls_is_no_setting(issuer: str) -> None:
    with pytest.raises(ValidationError, match="https"):
        Settings(oidc_issuer=issuer)


def test_an_issuer_on_this_machine_needs_no_tls() -> None:
    for issuer in ("http://localhost:8080/realms/x", "https://idp.example/realms/x"):
        assert Settings(oidc_issuer=issuer, oidc_client_id="vigie").oidc_issuer == issuer


def test_a_provider_that_does_not_know_us_is_no_setting() -> None:
    with pytest.raises(ValidationError, match="VIGIE_OIDC_CLIENT_ID"):
        Settings(oidc_issuer="https://idp.example")


def dripping(door: socket) -> None:
    """A byte now and then, for ever: no single reading takes long."""
    there, _ = door.accept()
    with there:
        there.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        try:
            while True:
                there.sendall(b"y")
                time.sleep(0.05)
        except OSError:
            pass


def test_a_provider_that_drips_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "SECONDS", 0.4)
    with create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=dripping, args=(door,), daemon=True).start()
        issuer = f"http://127.0.0.1:{door.getsockname()[1]}"
        started = time.perf_counter()
        with pytest.raises(Unreachable, match="silent"):
            asyncio.run(Wire(issuer).get(f"{issuer}/x"))
        assert time.perf_counter() - started < 2
