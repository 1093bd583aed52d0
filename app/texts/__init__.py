"""Texts and formats in the reader's language; French unless told otherwise."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, parse_pattern

LANGUAGES = ("fr", "en")
LOCALES = {"fr": "fr_FR", "en": "en_GB"}
NBSP = "\u00a0"

SCOPED = "_scoped"  # ends the name of what a text says to a reader of some agencies

_language: ContextVar[str] = ContextVar("language", default="fr")
_scoped: ContextVar[bool] = ContextVar("scoped", default=False)


def language() -> str:
    """The reader's language in this context: `fr` or `en`."""
    return _language.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak `code` inside the block; an unknown code speaks French."""
    token = _language.set(code if code in LANGUAGES else "fr")
    try:
        yield
    finally:
        _language.reset(token)


@contextmanager
def telling(*, scoped: bool) -> Iterator[None]:
    """Speak inside the block to a reader of some agencies alone: what all of theirs is is not the network."""
    token = _scoped.set(scoped)
    try:
        yield
    finally:
        _scoped.reset(token)


@cache
def catalogue(code: str) -> dict[str, str]:
    """All texts of one language, keyed `section.key`."""
    tables = tomllib.loads((Path(__file__).parent / f"{code}.toml").read_text(encoding="utf-8"))
    texts = {f"{section}.{key}": text for section, entries in tables.items() for key, text in entries.items()}
    return {key: _spaced(text) for key, text in texts.items()} if code == "fr" else texts


def _spaced(text: str) -> str:
    """French spacing: a mark never stands apart from its word at the end of a line."""
    return re.sub(r"(?<=«) | (?=[»:;?!%])", NBSP, text)


def t(key: str, **values: Any) -> str:
    """The text for `section.key`, with its `{names}` filled in. Raises KeyError for an unknown key."""
    texts = catalogue(language())
    text = texts.get(key + SCOPED, texts[key]) if _scoped.get() else texts[key]
    return text.format(**values) if values else text


def number(value: float | None, digits: int = 0) -> str:
    """A number as the reader writes it, « — » where there is none."""
    if value is None:
        return "—"
    return str(_pattern(digits).apply(value, Locale.parse(LOCALES[language()])))


@cache
def _pattern(digits: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * digits if digits else ""))


def percent(value: float | None, digits: int = 1) -> str:
    """A share (0 to 1) in per cent, with its unit."""
    return "—" if value is None else f"{number(value * 100, digits)}{NBSP}%"


def day(value: date) -> str:
    """« 31 oct. 2026 »; the first of a month takes its superscript in French."""
    text = format_date(value, format="d MMM y", locale=LOCALES[language()])
    return text.replace("1 ", "1ᵉʳ ", 1) if value.day == 1 and language() == "fr" else text


def month(value: date) -> str:
    """« oct. 2026 »."""
    return format_date(value, format="MMM y", locale=LOCALES[language()])
