"""Whom a backup would bring back though they were erased after it was made."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from data import erasing, snapshot, suppression
from data.child import Progress
from data.errors import NoSnapshot
from data.republish import republished
from data.store import JournalFailed, Store, now
from data.suppression import HELD, KEYS, Suppression

KEY = "journal.key"


def again(before: Path, folder: Path, who: str, progress: Progress) -> int | None:
    """Erase from the state in `folder` whoever is on the list of the one `before` it; how many people.

    None where that list cannot be read, or was made with another key. Raises JournalFailed, BuildFailed.
    """
    try:
        if (before / KEY).read_bytes() != (folder / KEY).read_bytes():
            return None
        if _layout(before / Store.FILE) < len(Store.LAYOUTS):
            return 0  # of a Vigie that could not erase, and is not to be changed
        known, erased = suppression.listed(folder), suppression.listed(before)
    except (OSError, sqlite3.Error, JournalFailed):
        return None
    since = {
        kind: sorted(set(digests) - set(known.digests.get(kind, ())))
        for kind, digests in erased.digests.items()
    }
    wanted = Suppression(erased.key, {kind: digests for kind, digests in since.items() if digests})
    for kind, number in sorted(set(_numbers(folder, wanted))):
        erasing.erase(folder, kind, number, "restored", who)
    listing = _Listing(folder)
    try:
        listing.add(wanted)
    finally:
        listing.close()
    if wanted.digests:
        republished(folder, progress)
    return sum(map(len, wanted.digests.values()))


def _layout(file: Path) -> int:
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as opened:
        return int(opened.execute("PRAGMA user_version").fetchone()[0])


def _numbers(folder: Path, wanted: Suppression) -> Iterator[tuple[str, str]]:
    """Kind and number of everybody on the list of whom journal or data tell."""
    listing = _Listing(folder)
    try:
        yield from (each for each in listing.identities() if wanted.names(*each))
    finally:
        listing.close()
    try:
        served = snapshot.current(folder)
    except NoSnapshot:
        return
    with duckdb.connect(served.facts, read_only=True) as facts:
        for kind in wanted.digests:
            where, values = wanted.condition(kind, KEYS[kind])
            for table in [name for name in HELD[kind] if name in served.tables]:
                found = facts.execute(f"SELECT DISTINCT {KEYS[kind]} FROM {table} WHERE {where}", values)  # noqa: S608
                yield from ((kind, str(number)) for (number,) in found.fetchall())


class _Listing(Store):
    def identities(self) -> list[tuple[str, str]]:
        with self._reading() as connection:
            rows: list[sqlite3.Row] = (
                connection.execute("SELECT kind, number FROM identities").fetchall() if connection else []
            )
        return [(row["kind"], row["number"]) for row in rows]

    def add(self, wanted: Suppression) -> None:
        with self._writing() as connection:
            held = {row["digest"] for row in connection.execute("SELECT digest FROM suppressed")}
            lines = [(mark, kind, now()) for kind, marks in wanted.digests.items() for mark in marks]
            connection.executemany(
                "INSERT INTO suppressed VALUES (?, ?, ?)", [line for line in lines if line[0] not in held]
            )
