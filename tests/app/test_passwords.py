"""Passwords: what is asked of them, and how they are compared."""

import asyncio
import threading
import time

import pytest

from app import passwords
from app.passwords import AT_ONCE, WAITING, TooMany, hashed, lacking, matches, outdated

STRONG = "Violet-hibou-83-pont"


@pytest.mark.parametrize(
    "password",
    [
        STRONG,
        "xKw9Tq2mZr7LbP",
        "le petit renard gris dort sous mon vieux tilleul",
        "Ætréñ-Öl8-Straße-qk",
        "Qk7 vT4 pZ9 mW2",
    ],
)
def test_a_strong_password_lacks_nothing(password: str) -> None:
    assert lacking(password, ("claire.martin", "Claire Martin")) == []


@pytest.mark.parametrize(
    ("password", "lacks"),
    [
        ("", ["length", "kinds", "common"]),
        ("Violet-hibou8", ["length"]),
        ("violet-hibou-83-pont", ["kinds"]),
        ("VIOLET-HIBOU-83-PONT", ["kinds"]),
        ("Violet-hibou-gris-pont", ["kinds"]),
        ("le renard gris dort sous gris dort", ["kinds"]),  # five words, two of them twice
        ("Motdepasse1234!", ["common"]),
        ("M0tdep@sse2026", ["common"]),
        ("Azertyuiop2026", ["common"]),
        ("Abcabcabcabc123", ["common"]),
        ("Aaaaaaaaaaaaaa1", ["common"]),
        ("Retraite-Agence-2026", ["common"]),
        ("9876543210Poiuytreza", ["common"]),
    ],
)
def test_what_lacks_is_named(password: str, lacks: list[str]) -> None:
    assert lacking(password) == lacks


@pytest.mark.parametrize("password", ["Hibou-claire-83-pont", "Hibou-MARTIN-83-pont", "Hibou-mártin-83-pont"])
def test_ones_own_name_is_no_password(password: str) -> None:
    assert lacking(password, ("claire.martin", "Claire Martin")) == ["own_name"]


def test_a_short_part_of_a_name_is_in_many_words() -> None:
    assert lacking("Violet-hibou-83-pont-de-lo", ("lo.de", "Lo De")) == []


def test_a_very_long_one_is_refused_without_being_looked_at() -> None:
    started = time.perf_counter()
    assert lacking("aB3" * 300_000) == ["too_long"]
    assert time.perf_counter() - started < 0.1


def test_the_longest_one_is_looked_at_within_a_moment() -> None:
    started = time.perf_counter()
    lacking("aB3$" * 64)
    assert time.perf_counter() - started < 0.5


def test_a_hash_is_of_its_password_alone() -> None:
    kept = asyncio.run(hashed(STRONG))
    assert kept.startswith("$argon2id$")
    assert STRONG not in kept
    assert asyncio.run(matches(kept, STRONG))
    assert not asyncio.run(matches(kept, STRONG.lower()))


def test_the_same_letters_are_the_same_password_however_they_are_composed() -> None:
    kept = asyncio.run(hashed("Éléphant-83-hibou"))
    assert asyncio.run(matches(kept, "E\u0301le\u0301phant-83-hibou"))


@pytest.mark.parametrize("kept", [None, "", "nonsense", "$argon2id$v=19$m=8,t=1,p=1$bad$bad"])
def test_what_is_no_hash_matches_nothing(kept: str | None) -> None:
    assert not asyncio.run(matches(kept, "nobody"))


def test_a_weaker_hash_is_to_be_made_again() -> None:
    from argon2 import PasswordHasher  # noqa: PLC0415

    assert outdated(PasswordHasher(time_cost=1, memory_cost=64).hash("x"))
    assert not outdated(asyncio.run(hashed("x")))


def test_a_name_nobody_bears_takes_as_long() -> None:
    kept = asyncio.run(hashed(STRONG))
    asyncio.run(matches(None, "warm"))

    def seconds(of: str | None) -> float:
        taken = []
        for _ in range(7):
            started = time.perf_counter()
            asyncio.run(matches(of, "wrong"))
            taken.append(time.perf_counter() - started)
        return sorted(taken)[3]

    assert 0.5 < seconds(None) / seconds(kept) < 2


def test_no_more_than_two_are_hashed_at_once_and_the_rest_is_told_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    busy, most, go = 0, 0, threading.Event()
    lock = threading.Lock()

    def slow(_password: str) -> str:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
            if busy == AT_ONCE:
                go.set()
        go.wait(10)
        with lock:
            busy -= 1
        return "hash"

    class Slow:
        hash = staticmethod(slow)

    monkeypatch.setattr(passwords, "_hasher", Slow())

    async def crowd() -> list[object]:
        tasks = [asyncio.create_task(hashed("x")) for _ in range(WAITING + 5)]
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    found = asyncio.run(crowd())
    assert most == AT_ONCE
    assert sum(thread.name.startswith("password") for thread in threading.enumerate()) <= AT_ONCE
    assert sum(isinstance(each, TooMany) for each in found) == 5
    assert found.count("hash") == WAITING
