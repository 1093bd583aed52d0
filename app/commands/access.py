"""What the commands about users and tokens share: roles, agencies, links, and the line of each act."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

import typer

from app.accounts import ROLES, terminal_user
from app.settings import Settings
from app.stores import Stores
from app.texts import t
from data.audit import Entry
from data.errors import DataError
from data.snapshot import current
from queries import places
from queries.duckdb_engine import DuckdbEngine
from queries.selection import Selection

EVERYTHING = Selection()


class Format(StrEnum):
    """How a list is written."""

    JSON = "json"
    TABLE = "table"


@contextmanager
def stores() -> Iterator[Stores]:
    """What people write, closed at the end."""
    opened = Stores.at(Settings().home)
    try:
        yield opened
    finally:
        opened.close()


def note(opened: Stores, action: str, **details: Any) -> None:
    """Write the line of what is done; if it cannot be written, raises JournalFailed and nothing is done."""
    opened.audit.record(Entry(action, terminal_user(), details=details))


def invitation(token: str) -> str:
    """The address to hand over."""
    return f"{Settings().address}/invitation?link={token}"


def chosen(roles: Collection[str]) -> list[str]:
    """The roles of the options --role, each known, sorted."""
    named = {name.strip() for text in roles for name in text.split(",")}
    if strange := sorted(named - ROLES.keys()):
        known = ", ".join(ROLES)
        raise typer.BadParameter(t("access.unknown_role", name=strange[0], known=known), param_hint="--role")
    return sorted(named)


def scope(agencies: Collection[str] | None, *, every: bool) -> str | None:
    """The scope of the options --agencies and --all-agencies, as an account keeps it."""
    if every and agencies:
        raise typer.BadParameter(t("access.both"), param_hint="--agencies")
    if every:
        return ""
    known = _agencies()
    named = [name for text in agencies or () for name in _split(text, known)]
    for name in named:
        if known and name not in known:
            raise typer.BadParameter(t("access.unknown_agency", name=name), param_hint="--agencies")
    return str(Selection(picks={"agency": tuple(named)})) if named else None


def reach(text: str | None) -> str:
    """A scope in words."""
    if text is None:
        return t("accounts.no_agency")
    return ", ".join(Selection.parse(text).picks.get("agency", ())) if text else t("accounts.every_agency")


def _split(text: str, known: Collection[str]) -> list[str]:
    """« Lille,Rouen » as two agencies; a name with a comma of its own stays whole where it is one's."""
    if text.strip() in known:
        return [text.strip()]
    return [name.strip() for name in text.split(",") if name.strip()]


def _agencies() -> frozenset[str]:
    """Every agency that is published; none where nothing is."""
    try:
        served = current(Settings().home)
    except DataError:
        return frozenset()
    if not served.tables.get("agencies"):
        return frozenset()
    facts = DuckdbEngine(served, threads=1)
    try:
        return frozenset(facts.run(places.offices, EVERYTHING, EVERYTHING)["agency"].drop_nulls())
    finally:
        facts.close()
