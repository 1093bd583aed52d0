"""Where a request comes from, as far as it can be believed."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from starlette.datastructures import Headers

from app.headers import client_address, networks
from app.settings import Settings
from tests.published import app_on, visit

PROXIES = networks("127.0.0.1, 10.1.0.0/16 ::1")


def address(peer: str, *forwarded: str) -> str:
    raw = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    return client_address({"type": "http", "client": (peer, 5)}, Headers(raw=raw), PROXIES)


def test_a_stranger_is_not_believed_about_who_they_are() -> None:
    assert address("192.0.2.1", "198.51.100.7") == "192.0.2.1"


def test_our_proxy_says_whom_it_forwards_for() -> None:
    assert address("127.0.0.1", "198.51.100.7") == "198.51.100.7"
    assert address("::ffff:127.0.0.1", "2001:db8::7") == "2001:db8::7"


def test_what_a_stranger_wrote_before_our_proxy_is_not_believed() -> None:
    assert address("127.0.0.1", "203.0.113.9, 198.51.100.7") == "198.51.100.7"
    assert address("127.0.0.1", "203.0.113.9", "198.51.100.7") == "198.51.100.7"
    assert address("127.0.0.1", "203.0.113.9, 198.51.100.7, 10.1.2.3") == "198.51.100.7"


@pytest.mark.parametrize(
    "forwarded", ["", "unknown", "203.0.113.9, unknown", "198.51.100.7:443, ", "10.1.2.3"]
)
def test_a_proxy_that_says_nothing_sound_speaks_for_itself(forwarded: str) -> None:
    assert address("127.0.0.1", forwarded) == "127.0.0.1"


def test_without_a_client_there_is_no_address() -> None:
    assert client_address({"type": "http"}, Headers(), PROXIES) == ""


@pytest.mark.parametrize("text", ["proxy.example", "10.1.2.3/16", "10.0.0.0/33"])
def test_a_proxy_is_named_by_address_or_network_alone(text: str) -> None:
    with pytest.raises(ValidationError, match="proxies"):
        Settings(proxies=text)


def test_people_behind_our_proxy_are_counted_each_by_themselves(home: Path) -> None:
    with visit(app_on(home, demo=False, proxies="127.0.0.1", address_rate=2)) as here:

        def asked(forwarded: str) -> int:
            return here.get("/api/v1/queries", headers={"x-forwarded-for": forwarded}).status_code

        assert [asked("198.51.100.7") for _ in range(3)] == [401, 401, 429]
        assert asked("203.0.113.9, 198.51.100.7") == 429
        assert asked("198.51.100.8") == 401
