"""Small files of cases, and what a published version holds."""

from pathlib import Path
from typing import Any

import duckdb

from data import snapshot

FIXTURES = Path(__file__).parent / "fixtures"
HEADER = "id,day,agency,case_type,status,treated,delay_days,workload"


def rows(count: int, *, first: int = 0, agency: str = "Créteil") -> list[str]:
    """`count` sound records for HEADER: ids C0, C1, …; one case each, 10 days, workload 1.000001."""
    return [
        f"C{number},2026-03-{number % 28 + 1:02d},{agency},Réversion,closed,1,10,1.{number + 1:06d}"
        for number in range(first, first + count)
    ]


def write(file: Path, records: list[str], header: str = HEADER, encoding: str = "utf-8") -> Path:
    """A CSV of these records, every line ended."""
    file.write_bytes("".join(f"{line}\n" for line in (header, *records)).encode(encoding))
    return file


def ask(home: Path, query: str) -> list[tuple[Any, ...]]:
    """The answer of the served facts."""
    with duckdb.connect(snapshot.current(home).facts, read_only=True) as reader:
        return reader.execute(query).fetchall()


def rejects(home: Path) -> list[tuple[Any, ...]]:
    """line, column, value, reason of every refused row, in order of line."""
    return ask(home, 'SELECT line, "column", value, reason FROM rejects ORDER BY line')
