"""Two published versions that differ in nothing but the agencies that one reader may not see."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import polars as pl

from data.pipeline import publish_tables
from data.snapshot import Snapshot
from data.workshop import sql
from tests.drawn import DEFAULTS, KINDS

FIRST, LAST = date(2023, 7, 1), date(2026, 7, 31)
AHEAD = 60  # days after the last one, in which what is open then is closed
BATCH = 5  # cases in a row


@dataclass(frozen=True)
class Office:
    """One agency, how long its cases take in days, and what nobody else has."""

    name: str
    region: str
    delay: float
    fte: float
    types: Sequence[str]
    people: Sequence[str]
    reason: str
    returns: int  # one row in so many comes back


QUOTED = 'L\'Isle & "Adam" %_; DROP TABLE'
RUNS = "=cmd|'/C calc'!A0"
COMMON = ("Retraite", "Réversion")
MINE = (
    Office("Lille", "Nord", 31, 9.0, COMMON, ("a1", "a2", "a3"), "Pièce manquante", 5),
    Office(QUOTED, "Nord", 17, 14.0, COMMON, ("a4", "a5"), "Pièce manquante", 11),
    Office(RUNS, "Ouest", 19, 11.0, (*COMMON, "+Invalidité"), ("a6", "-a7"), "@Signature", 7),
)
HIDDEN = (
    Office("Zuydcoote <script>", "Nord", 44, 5.0, (*COMMON, "Secret-type"), ("z1", "z2"), "Secret-motif", 3),
    Office("Lille-Secrète", "Nord", 9, 21.0, COMMON, ("z3",), "Secret-motif", 13),
    Office("Yzeure'; --", "Secret-région", 25, 8.0, ("Secret-type",), ("z4", "z5"), "Secret-motif", 4),
)
OTHERS = (Office("Wasquehal", "Nord", 21, 10.0, COMMON, ("w1",), "Autre motif", 9),)
SECRETS = ("Zuydcoote", "Lille-Secr", "Yzeure", "Secret-", "z1", "z2", "z3", "z4", "z5")
SCOPE = urlencode([("agency", each.name) for each in MINE])
SHARED = "a1"  # works in an agency that the reader does not see, too


def publish(home: Path, others: Sequence[Office]) -> Snapshot:
    """Publish the reader's agencies among others."""
    offices = (*MINE, *others)
    rows = [row for number, office in enumerate(offices) for row in _cases(office, number)]
    names = [f"{row['agency'][:8]}-{index}" for index, row in _counted(rows)]
    frame = pl.DataFrame([DEFAULTS | row for row in rows], schema=KINDS)
    frame = frame.insert_column(0, pl.Series("case_id", names))

    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(sql("schema"))
        connection.register("drawn", frame.to_arrow())
        connection.execute("INSERT INTO cases BY NAME SELECT * FROM drawn ORDER BY agent, day, case_id")
        connection.unregister("drawn")
        for table, lines in _tables(offices).items():
            marks = ", ".join("?" * len(lines[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", lines)

    home.mkdir(parents=True, exist_ok=True)
    return publish_tables(home, fill, simulated=False)


def _tables(offices: Sequence[Office]) -> dict[str, list[tuple[Any, ...]]]:
    people = [(agent, office) for office in offices for agent in office.people]
    hidden = [office for office in offices if office not in MINE]
    return {
        "agencies": [(number_of(each), each.name, each.region, each.fte, None) for each in offices],
        "agents": [(agent, "Retraite,Réversion", 0.8) for agent, _ in people],
        "agent_agencies": [(agent, number_of(office)) for agent, office in people]
        + [(SHARED, number_of(office)) for office in hidden],
        "targets": [("mean_delay", each.name, None, each.delay - 3) for each in offices]
        + [("closed", each.name, None, 40.0) for each in offices]
        + [("mean_delay", None, None, 20.0)],
    }


def number_of(office: Office) -> str:
    """The agency as its page's address names it."""
    return f"n{sum(office.name.encode())}"


def _cases(office: Office, number: int) -> Iterator[dict[str, Any]]:
    for index in range((LAST - FIRST).days + AHEAD):
        closed = FIRST + timedelta(index)
        took = office.delay + (index % 6 - 2)
        received = closed - timedelta(took)
        if received > LAST:
            continue
        back = index % office.returns == 0
        row: dict[str, Any] = {
            "agency": office.name,
            "region": office.region,
            "agent": office.people[index % len(office.people)],
            "case_type": office.types[index // 2 % len(office.types)],
            "received_on": received,
            "treated": BATCH,
            "documents": index % 4,
            "returns": int(back),
            "return_reason": office.reason if back else None,
        }
        if closed > LAST:
            yield row | {"day": received, "status": "open"}
        else:
            yield row | {"day": closed, "closed_on": closed, "delay_days": took}
    if office in MINE:  # the first and the last day of the data are those of every version
        yield from (row | _closed_on(day, office) for day in (FIRST, LAST))


def _closed_on(day: date, office: Office) -> dict[str, Any]:
    took = {"received_on": day - timedelta(office.delay), "delay_days": office.delay}
    return {"day": day, "closed_on": day, "status": "closed", **took}


def _counted(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row with its place among those of its agency: the same in every version."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["agency"]] += 1
        yield counts[row["agency"]], row
