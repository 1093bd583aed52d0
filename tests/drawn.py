"""Small published versions from tables drawn in a test."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from data.pipeline import publish_tables
from data.snapshot import Snapshot

DEFAULTS: dict[str, Any] = {
    "day": date(2026, 1, 1),
    "received_on": None,
    "closed_on": None,
    "agency": "Lille",
    "region": "Nord",
    "agent": None,
    "case_type": "pension",
    "status": "closed",
    "treated": 1,
    "delay_days": None,
    "documents": None,
    "returns": None,
    "return_reason": None,
    "workload": None,
    "stated_return_rate": None,
    "norm_days": 20.0,
    "weight": 1.0,
}
DAYS = ("day", "received_on", "closed_on")
TEXTS = ("agency", "region", "agent", "case_type", "status", "return_reason")
COUNTS = ("treated", "documents", "returns")
KINDS: dict[str, pl.DataType] = {
    name: pl.Date()
    if name in DAYS
    else pl.String()
    if name in TEXTS
    else pl.Int64()
    if name in COUNTS
    else pl.Float64()
    for name in DEFAULTS
}


def cases(drawing: str) -> pl.DataFrame:
    """The rows of a drawn table (`a | b` per line, the first one the headings, `-` nothing), completed."""
    lines = [[cell.strip() for cell in line.split("|")] for line in drawing.strip().splitlines()]
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    columns = {name: [_read(name, row) for row in rows] for name in DEFAULTS}
    frame = pl.DataFrame(columns, schema=KINDS)
    return frame.insert_column(0, pl.Series("case_id", [str(n) for n in range(len(rows))], dtype=pl.String))


def published(home: Path, frame: pl.DataFrame, fte: float | None = None) -> Snapshot:
    """Publish those cases, ordered by day, each of their agencies with `fte` full-time agents."""

    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        connection.register("drawn", frame.to_arrow())
        connection.execute("CREATE TABLE cases AS SELECT * FROM drawn ORDER BY day, case_id")
        connection.execute(
            "CREATE TABLE agencies AS SELECT DISTINCT agency AS agency_id, agency, region, "
            "$fte::DOUBLE AS fte, NULL::DATE AS opened_on FROM drawn",
            {"fte": fte},
        )
        connection.unregister("drawn")

    home.mkdir(parents=True, exist_ok=True)
    return publish_tables(home, fill, simulated=False)


def _read(name: str, row: dict[str, str]) -> Any:
    text = row.get(name)
    if text is None:
        return DEFAULTS[name]
    if text == "-":
        return None
    if name in DAYS:
        return date.fromisoformat(text)
    return text if name in TEXTS else int(text) if name in COUNTS else float(text)
