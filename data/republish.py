"""The served version once more, without whom nothing may be kept of; the versions before it are removed."""

from __future__ import annotations

from pathlib import Path

import duckdb

from data import snapshot, suppression
from data.carry import OF_CASES, OF_CREDITS, OF_NEITHER, attached, take_rejects
from data.child import Progress, silent
from data.content import Content
from data.credits import make_findable
from data.erasing import Erased, erase
from data.lock import exclusive
from data.snapshot import NoSnapshot, Snapshot
from data.suppression import HELD, KEYS, Suppression
from data.workshop import seal, sql, workshop

REJECTED = {"credits": "client", "cases": "case"}


def forget(
    home: Path, kind: str, number: str, motive: str, who: str, progress: Progress = silent
) -> tuple[Erased, Snapshot | None]:
    """Erase one person from the journal, then from the data, in this process.

    The new version is None where nothing is published. What fails half-way is done by asking again.
    Raises Busy, BuildFailed, CorruptSnapshot, JournalFailed.
    """
    with exclusive(home, f"vigie person erase {kind}"):
        erased = erase(home, kind, number, motive, who)
        return erased, republished(home, progress)


def republished(home: Path, progress: Progress = silent) -> Snapshot | None:
    """The tables copied anew: no byte of a person taken out is left. The caller holds the lock."""
    try:
        base = snapshot.current(home)
    except NoSnapshot:
        return None
    with workshop(home) as shop:
        with attached(shop.connection, base):
            gone = _copied(shop.connection, base, suppression.listed(home))
        if base.scoring and "client" not in gone:
            make_findable(shop.connection, base.scoring)
        whole = Content(base.simulated, base.loads, base.scoring, cases_of=base, credits_of=base)
        made = seal(home, shop, whole.without(gone), progress)
    snapshot.prune(home, keep=1)
    return made


def _copied(connection: duckdb.DuckDBPyConnection, base: Snapshot, found: Suppression) -> set[str]:
    """Copy every table, the rows of nobody on the list; the kinds of whom there were any."""
    gone: set[str] = set()
    for table in (*OF_CASES, *OF_CREDITS, *OF_NEITHER):
        if table not in base.tables:
            continue
        kind = next(
            (kind for kind, tables in HELD.items() if table in tables and found.digests.get(kind)), ""
        )
        where, values = found.condition(kind, KEYS[kind]) if kind else ("false", {})
        rest = f"SELECT * FROM base.{table} WHERE NOT ({where})"  # noqa: S608  our tables
        connection.execute(f"CREATE TABLE {table} AS {rest}", values)
        kept = connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]  # noqa: S608
        if kept < base.tables[table]:
            gone.add(kind)
    connection.execute(sql("schema"))
    take_rejects(connection)
    for table, kind in REJECTED.items():
        if found.digests.get(kind):
            where, values = found.condition(kind, "value")
            text = f"UPDATE rejects SET value = NULL WHERE table_name = $name AND {where}"  # noqa: S608
            connection.execute(text, values | {"name": table})
    return gone
