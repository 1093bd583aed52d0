"""Passwords tried in vain: tries, then pauses that double, the same for every name."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data import attempts
from data.attempts import ACCOUNT, FORGOTTEN_AFTER, LONGEST_PAUSE, PAUSE, Attempts, Standing, after

MINUTE = timedelta(minutes=1)


@pytest.fixture
def tries(tmp_path: Path) -> Attempts:
    return Attempts(tmp_path)


def later(tries: Attempts, by: timedelta) -> None:
    """As if that much time had passed since the last try."""
    tries.close()
    with closing(sqlite3.connect(tries.file, isolation_level=None)) as file:
        for name, at, until in file.execute("SELECT name, at, until FROM attempts").fetchall():
            moved = [
                text and (datetime.fromisoformat(text) - by).isoformat("T", "microseconds")
                for text in (at, until)
            ]
            file.execute("UPDATE attempts SET at = ?, until = ? WHERE name = ?", (*moved, name))


def test_each_try_says_how_many_are_left_before_the_pause(tries: Attempts) -> None:
    assert [tries.begin("anne").left for _ in range(5)] == [4, 3, 2, 1, 0]
    assert after(1).pause == PAUSE == timedelta(minutes=15)


def test_during_the_pause_nothing_is_looked_at(tries: Attempts) -> None:
    for _ in range(5):
        tries.begin("anne")
    until = tries.begin("anne").until
    assert until is not None
    assert timedelta(minutes=14) < until - datetime.now(UTC) <= PAUSE
    later(tries, 14 * MINUTE)
    assert tries.begin("anne").until is not None


def test_a_try_during_the_pause_does_not_lengthen_it(tries: Attempts) -> None:
    untils = [tries.begin("anne").until for _ in range(8)][5:]
    assert len(set(untils)) == 1


def test_after_the_pause_there_are_three_tries_and_the_next_pause_is_twice_as_long(tries: Attempts) -> None:
    for _ in range(5):
        tries.begin("anne")
    later(tries, PAUSE + MINUTE)
    found = [tries.begin("anne") for _ in range(3)]
    assert found == [Standing(left, 2 * PAUSE) for left in (2, 1, 0)]


def test_pauses_double_up_to_twelve_hours() -> None:
    pauses = [after(failures).pause / PAUSE for failures in (5, 8, 11, 14, 17, 20, 23, 2_000)]
    assert pauses == [1, 2, 4, 8, 16, 32, 48, 48]
    assert LONGEST_PAUSE == 48 * PAUSE


def test_nobody_gets_more_than_25_tries_in_24_hours() -> None:
    """What the Cnil asks of a password that a pause protects."""
    clock, tried, failures = timedelta(), 0, 0
    while clock < timedelta(hours=24):
        failures += 1
        tried += 1
        clock += after(failures).pause if after(failures).left == 0 else timedelta()
    assert tried <= 25


def test_a_right_password_starts_anew(tries: Attempts) -> None:
    for _ in range(4):
        tries.begin("anne")
    tries.forget("anne")
    assert tries.begin("anne").left == 4


def test_a_day_without_a_try_starts_anew(tries: Attempts) -> None:
    for _ in range(5):
        tries.begin("anne")
    later(tries, FORGOTTEN_AFTER + MINUTE)
    assert tries.begin("anne") == Standing(4, PAUSE)


def test_case_and_spaces_do_not_make_another_name(tries: Attempts) -> None:
    assert [tries.begin(name).left for name in ("Anne", " anne ", "ANNE")] == [4, 3, 2]


def test_names_and_places_count_for_themselves(tries: Attempts) -> None:
    tries.begin("anne")
    assert tries.begin("paul").left == 4
    assert tries.begin("anne", ACCOUNT).left == 4


def test_what_was_typed_is_not_kept(tries: Attempts) -> None:
    tries.begin("MonMotDePasse!")
    tries.close()
    with closing(sqlite3.connect(tries.file)) as file:
        kept = "\n".join(file.iterdump())
    assert "attempts" in kept
    assert "motdepasse" not in kept.lower()


def test_many_at_once_are_no_more_than_one_after_the_other(tmp_path: Path) -> None:
    stores = [Attempts(tmp_path) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda number: stores[number % 4].begin("anne"), range(40)))
    assert sum(standing.until is None for standing in found) == attempts.FIRST_TRIES
