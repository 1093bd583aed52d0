"""What the reader sees, to take away: XLSX, CSV in the reader's dialect, Parquet."""

import re
from collections.abc import Mapping
from io import BytesIO

import polars as pl

from app.sheets import Source, sheets, worded
from app.texts import language, speaking
from app.workbook import MOST_ROWS, RISKY, workbook
from data.child import Progress
from queries import production as ask
from queries.query import Query
from queries.selection import Selection

MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
ASKED: Mapping[str, Query] = {
    query.name: query
    for query in (
        ask.kpis,
        ask.quantiles,
        ask.cases_by_month,
        ask.shares_by_month,
        ask.delay_by_agency,
        ask.workload_and_returns_by_agency,
        ask.cases_by_type,
        ask.backlog_by_age,
        ask.detail,
    )
}


LONG_WORKBOOK = 5_000  # rows; past it the file is made in a process of its own


class TooManyRows(Exception):
    """The table is longer than an export may be. `rows` and `limit` are counts of rows."""

    def __init__(self, rows: int, limit: int) -> None:
        super().__init__(f"{rows} rows, limit {limit}")
        self.rows, self.limit = rows, limit


def questions(kind: str, selection: Selection) -> dict[str, tuple[Query, Selection]]:
    """What a file of that kind needs to know about the selection, by name."""
    names = ASKED if kind == "xlsx" else ("detail",)
    return {name: (ASKED[name], selection) for name in names}


def written(kind: str, answers: Mapping[str, pl.DataFrame], source: Source, limit: int) -> bytes:
    """The file: the answers to `questions`, or one table under any name. Raises TooManyRows."""
    main = answers["detail"] if "detail" in answers else next(iter(answers.values()))
    check(main, min(limit, MOST_ROWS) if kind == "xlsx" else limit)
    if kind == "parquet":
        return parquet(main, source)
    if kind == "csv":
        return csv(main)
    return workbook(sheets(answers, source), source.snapshot.created_at)


def written_apart(
    kind: str,
    answers: Mapping[str, pl.DataFrame],
    source: Source,
    limit: int,
    speaks: str,
    *,
    progress: Progress,
) -> bytes:
    """`written` for `in_child`, in the reader's language: a long workbook keeps a core busy for seconds."""
    progress("export", 0)
    with speaking(speaks):
        return written(kind, answers, source, limit)


def check(table: pl.DataFrame, limit: int) -> None:
    """Raises TooManyRows."""
    if table.height > limit:
        raise TooManyRows(table.height, limit)


def csv(table: pl.DataFrame) -> bytes:
    """The answer of a query, as `csv_of`, in the reader's words."""
    return csv_of(worded(table))


def csv_of(table: pl.DataFrame) -> bytes:
    """French: `;` and decimal comma; English: `,` and point. UTF-8 with BOM, CRLF, text that never runs."""
    risky = "^([" + re.escape("".join(RISKY)) + "])"
    safe = table.with_columns(pl.selectors.string().str.replace(risky, "'${1}"))
    french = language() == "fr"
    content = safe.write_csv(
        separator=";" if french else ",", decimal_comma=french, line_terminator="\r\n", include_bom=True
    )
    return content.encode()


def parquet(table: pl.DataFrame, source: Source) -> bytes:
    """The table under its columns' own names, typed, with its origin in the file's metadata."""
    buffer = BytesIO()
    table.write_parquet(buffer, compression="zstd", metadata=source.metadata)
    return buffer.getvalue()


def file_name(subject: str, kind: str, source: Source) -> str:
    """« vigie-pilotage-2026-10-31.xlsx », dated by the last day the figures speak of."""
    return f"vigie-{subject}-{source.as_of or source.snapshot.created_at.date()}.{kind}"
