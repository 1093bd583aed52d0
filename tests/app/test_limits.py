from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import limits
from app.limits import Windows, network
from tests.published import app_on, publish, visit
from tests.signed import person, program

USER, ADDRESS, SIGN_IN = 5, 4, 3  # a minute
API = "/api/v1/queries/production/kpis"
NAME = {"name": "anne", "password": "x"}


class Clock:
    """Stands for the module `time`; it goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    publish(folder)
    return folder


@pytest.fixture(scope="module")
def anne(home: Path) -> dict[str, str]:
    return person(home, "anne", ["manager"])


@pytest.fixture
def place(home: Path) -> Iterator[TestClient]:
    rates = {"user_rate": USER, "address_rate": ADDRESS, "sign_in_rate": SIGN_IN}
    with visit(app_on(home, demo=False, **rates)) as found:
        yield found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(limits, "time", found)
    return found


def statuses(place: TestClient, path: str, times: int, headers: dict[str, str]) -> list[int]:
    return [place.get(path, headers=headers).status_code for _ in range(times)]


def test_a_user_who_asks_too_often_is_told_when_to_come_back(place: TestClient, anne: dict[str, str]) -> None:
    assert statuses(place, API, USER, anne) == [200] * USER
    refused = place.get(API, headers=anne)
    assert refused.status_code == 429
    assert 55 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["retry-after"] in refused.json()["detail"]


def test_a_minute_later_all_is_forgotten(place: TestClient, anne: dict[str, str], clock: Clock) -> None:
    assert statuses(place, API, USER + 1, anne)[-1] == 429
    clock.now += 59
    assert place.get(API, headers=anne).headers["retry-after"] == "1"
    clock.now += 2
    assert statuses(place, API, USER + 1, anne) == [200] * USER + [429]


def test_one_who_asks_too_often_takes_nothing_from_others(
    place: TestClient, home: Path, anne: dict[str, str]
) -> None:
    statuses(place, API, USER + 1, anne)
    assert place.get(API, headers=person(home, "bertha", ["manager"])).status_code == 200
    assert place.get(API, headers=program(home, "anne", ["manager"])).status_code == 200


def test_a_program_is_counted_by_its_token(place: TestClient, home: Path) -> None:
    assert statuses(place, API, USER + 1, program(home, "loader", ["manager"]))[-1] == 429


def test_files_and_probes_are_never_refused(place: TestClient, anne: dict[str, str]) -> None:
    statuses(place, API, USER + 1, anne)
    for path in ("/health", "/ready", "/assets/vigie/theme.js"):
        assert statuses(place, path, 30, anne) == [200] * 30


def test_strangers_are_counted_by_their_address(home: Path, place: TestClient) -> None:
    assert statuses(place, API, ADDRESS + 1, {}) == [401] * ADDRESS + [429]
    with visit(place.app, client="192.0.2.9") as other:  # type: ignore[arg-type]
        assert other.get(API).status_code == 401


def test_trying_to_sign_in_is_counted_more_strictly(place: TestClient, anne: dict[str, str]) -> None:
    tries = [place.post("/sign-in", data=NAME).status_code for _ in range(SIGN_IN + 1)]
    assert tries[-1] == 429
    assert 429 not in tries[:-1]
    assert place.get("/sign-in").status_code != 429  # the page itself may be looked at
    assert place.get("/sign-in/organisation").status_code == 429
    assert place.post("/invitation", data=NAME).status_code == 429
    assert place.get(API, headers=anne).status_code == 200  # those who are in stay in


def test_an_account_does_not_free_from_the_count_of_sign_ins(place: TestClient, anne: dict[str, str]) -> None:
    for _ in range(SIGN_IN):
        place.post("/sign-in", data=NAME, headers=anne)
    assert place.post("/sign-in", data=NAME, headers=anne).status_code == 429


def test_the_demonstration_is_not_counted(home: Path) -> None:
    with visit(app_on(home, user_rate=1, address_rate=1)) as here:
        assert statuses(here, API, 5, {}) == [200] * 5


def test_one_subscriber_of_ipv6_is_one_address() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff:1")
    assert network("2001:db8::1") != network("2001:db8:0:1::1")
    assert network("192.0.2.1") == "192.0.2.1"
    assert network("") == ""


def test_what_is_past_is_not_kept(clock: Clock) -> None:
    windows = Windows()
    for number in range(10_000):
        windows.incr(f"address/{number}", 60)
    clock.now += 61
    assert windows.get("address/1") == 0
    windows.incr("address/new", 60)
    assert windows.reset() == 1
