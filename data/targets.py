"""What was aimed at: a small table, replaced on its own beside everything that is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data.content import Content
from data.landing import Landed, counted, drop_landing
from data.snapshot import Snapshot
from data.workshop import Workshop, sql

TABLE = "targets"
SHARES = ("late_share", "return_rate")
# What only the published tables tell of a row: the column at fault, the reason, and where it is so.
KNOWN_FROM_TABLES = (
    ("agency", "unknown_agency", "agency IS NOT NULL AND agency NOT IN (SELECT agency FROM agencies)"),
    ("value", "not_a_share", "list_contains($shares, indicator) AND value > 1"),
)


def checked(shop: Workshop) -> Landed:
    """The counts once the rows of unknown agencies, and shares above one, are refused too."""
    connection = shop.connection
    first = connection.execute("SELECT count(*) FROM landing.faults").fetchall()[0][0]
    for fault, (column, reason, where) in enumerate(KNOWN_FROM_TABLES, first):
        connection.execute("INSERT INTO landing.faults VALUES (?, ?, ?)", [fault, column, reason])
        values = {"fault": fault} | ({"shares": list(SHARES)} if "$shares" in where else {})
        connection.execute(
            f"UPDATE landing.rows SET fault = $fault, refused = {column}::VARCHAR "  # noqa: S608  our own
            f"WHERE fault IS NULL AND {where}",
            values,
        )
    return counted(connection)


def replaced(
    shop: Workshop, base: Snapshot, source: str, loads: Sequence[Mapping[str, Any]], *, append: bool
) -> Content:
    """Put the kept rows in the place of the published ones, in a workshop that holds the facts of `base`.

    With `append` only those that they name again are replaced. Gives what is to be sealed.
    """
    connection, values = shop.connection, {"append": append}
    connection.execute(sql("schema"))
    connection.execute(sql("targets_replaced"), values)
    connection.execute("INSERT INTO targets BY NAME SELECT indicator, agency, month, value FROM kept")
    connection.execute("DELETE FROM rejects WHERE table_name = 'targets' AND NOT $append", values)
    rejects = sql("rejects")
    connection.execute(f"INSERT INTO rejects BY NAME {rejects}", {"source": source, "table": TABLE})
    drop_landing(shop)
    return Content(base.simulated, loads, base.scoring, cases_of=base, credits_of=base)
