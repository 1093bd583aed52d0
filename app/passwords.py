"""Passwords: hashed with Argon2id in threads of their own, and strong enough before they are taken."""

from __future__ import annotations

import asyncio
import contextvars
import re
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE, WAITING = 2, 16  # each takes 64 MiB and a core; who comes after that many is told to come back
SHORTEST, LONGEST = 14, 256  # characters
FEWEST_WORDS = 7  # of a sentence, which needs no digit
FEWEST_APART = 8  # characters that are left when what everybody tries first counts as one
RUNS = (
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop",
    "asdfghjkl", "zxcvbnm", "qwertzuiop", "1q2w3e4r5t6y7u8i9o0p", "1a2z3e4r5t6y7u8i9o0p",
)  # fmt: skip
COMMON = (
    "motdepasse", "password", "passwort", "passe", "secret", "admin", "administrateur", "administrator",
    "bonjour", "bienvenue", "welcome", "soleil", "sunshine", "loulou", "doudou", "chouchou", "jetaime",
    "iloveyou", "princesse", "princess", "dragon", "monkey", "football", "baseball", "marseille", "paris",
    "france", "liberte", "azerty", "qwerty", "nicolas", "camille", "thomas", "janvier", "fevrier", "mars",
    "avril", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre", "printemps", "hiver",
    "automne", "lundi", "vendredi", "retraite", "agence", "dossier", "vigie", "changeme", "letmein", "master",
    "trustno", "shadow", "superman", "batman", "pokemon", "starwars", "correcthorsebatterystaple",
)  # fmt: skip
LEET = str.maketrans("01345789@$!€", "oleastbgasie")

T = TypeVar("T")

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
_waiting = 0


class TooMany(Exception):
    """More sign-ins wait than can be answered soon."""


async def hashed(password: str) -> str:
    """What is kept of a password. Raises TooMany."""
    return await _in_thread(lambda: _hasher.hash(_plain(password)))


async def matches(kept: str | None, password: str) -> bool:
    """Whether that hash is of that password; None (a name nobody bears) takes as long, and never is.

    Raises TooMany.
    """
    return await _in_thread(lambda: _matches(kept, password))


def outdated(kept: str) -> bool:
    """Whether the hash was made with less than is asked today."""
    return _hasher.check_needs_rehash(kept)


def lacking(password: str, names: Iterable[str] = ()) -> list[str]:
    """What the password lacks: `length`, `kinds`, `own_name`, `common`, `too_long`; nothing if it is strong.

    14 characters with capitals, small letters and digits, or a sentence of 7 words: the strength that the
    Cnil asks of a password alone (recommendation 2022-100, 80 bits).
    """
    if len(password) > LONGEST:
        return ["too_long"]
    text = _plain(password)
    tests = {
        "length": len(text) < SHORTEST,
        "kinds": not _varied(text) and len(_words(text)) < FEWEST_WORDS,
        "own_name": any(part in _folded(text) for name in names for part in _parts(name)),
        "common": _apart(text) < FEWEST_APART,
    }
    return [name for name, holds in tests.items() if holds]


def _plain(password: str) -> str:
    """The same characters however the keyboard composes them."""
    return unicodedata.normalize("NFKC", password)


def _varied(text: str) -> bool:
    return (
        any(c.isupper() for c in text) and any(c.islower() for c in text) and any(c.isdigit() for c in text)
    )


def _words(text: str) -> set[str]:
    return {word.casefold() for word in re.split(r"[\s\-_.,;:!?'’]+", text) if len(word) > 1}


def _parts(name: str) -> list[str]:
    """What of a name must not be in a password: the parts long enough to mean it."""
    return [part for part in re.split(r"[\W_]+", _folded(name)) if len(part) > 3]


def _folded(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in bare if not unicodedata.combining(c))


def _apart(text: str) -> int:
    """How many characters are left when a common word, a run, a year or a repetition counts as one."""
    return min(_compressed(_folded(text)), _compressed(_folded(text).translate(LEET)))


def _compressed(text: str) -> int:
    for word in sorted(COMMON, key=len, reverse=True):
        text = text.replace(word, "\0")
    text = re.sub(_run_pattern(), "\0", text)
    text = re.sub(r"(19|20)\d\d", "\0", text)
    text = re.sub(r"(.{1,8}?)\1+", r"\1", text)
    return len(text)


@cache
def _run_pattern() -> str:
    """Four or more neighbours of the alphabet, the digits or a keyboard's row, either way round."""
    pieces = {
        row[start : start + length]
        for line in RUNS
        for row in (line, line[::-1])
        for length in range(4, len(row) + 1)
        for start in range(len(row) - length + 1)
    }
    return "|".join(sorted(pieces, key=len, reverse=True))


def _matches(kept: str | None, password: str) -> bool:
    nobodys = _nobodys()
    try:
        return _hasher.verify(nobodys if kept is None else kept, _plain(password)) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    """The hash that a name nobody bears is compared with."""
    return _hasher.hash("nobody")


async def _in_thread(act: Callable[[], T]) -> T:
    global _waiting  # noqa: PLW0603  one event loop counts
    if _waiting >= WAITING:
        raise TooMany
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, contextvars.copy_context().run, act)
    finally:
        _waiting -= 1
