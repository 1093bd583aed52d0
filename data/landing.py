"""The rows of a source, typed, beside what is wrong with them, in a file of their own that is thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data import checks
from data.checks import Fault
from data.child import Progress
from data.contract import Contract, Mapped, case_types
from data.durable import CHUNK
from data.errors import LoadRefused
from data.records import separate
from data.sources import Source, decoded, literal, pattern, quoted
from data.suppression import LOADED, Suppression
from data.watch import watched
from data.workshop import Workshop, sql

MARGIN = 3  # characters by which a last value must be the shortest to be taken for a cut one


@dataclass(frozen=True)
class Landed:
    """Counts of rows; `reasons` are (column, reason, rows), the most frequent first."""

    read: int
    kept: int
    reasons: tuple[tuple[str, str, int], ...]

    @property
    def rejected(self) -> int:
        return self.read - self.kept


def land(shop: Workshop, source: Source, contract: Contract, mapped: Mapped, progress: Progress) -> Landed:
    """Fill landing.main.rows, ragged, faults and occurrences, and the view `kept`. Raises LoadRefused."""
    connection = shop.connection
    connection.execute(f"ATTACH {literal(str(shop.folder / 'landing.duckdb'))} AS landing")
    connection.execute("CREATE TABLE landing.ragged (line BIGINT, value VARCHAR, reason VARCHAR)")
    faults = [
        *checks.faults(contract, mapped),
        Fault(contract.key, "duplicate", ""),
        Fault(contract.key, "conflicting", ""),
    ]
    _write_faults(connection, faults)
    _write_types(connection)
    with watched(connection, "read", progress):
        _read(shop, source, contract, mapped, progress)
    connection.execute(f"CREATE TEMP VIEW kept AS {_kept(contract)}")
    with watched(connection, "check", progress):
        if contract.key in mapped.headers:
            connection.execute(sql("duplicates"), {"same": len(faults) - 2, "different": len(faults) - 1})
        connection.execute(f"CREATE TABLE landing.occurrences AS {sql('occurrences')}")
    landed = counted(connection)
    if not source.ended and source.kind == "csv":
        _refuse_cut_end(shop, source, landed.read)
    return landed


def _read(shop: Workshop, source: Source, contract: Contract, mapped: Mapped, progress: Progress) -> None:
    if source.kind == "parquet":
        rows = f"SELECT * FROM read_parquet({pattern(source.path)})"  # noqa: S608
        return _type(shop.connection, rows, _parquet_columns(shop, source), contract, mapped, "row + 1")
    columns = [f"c{position}" for position in range(len(source.headers))]
    if source.plain:
        try:
            rows = _csv(_utf8(shop, source), source.delimiter, columns, header=True)
            return _type(shop.connection, rows, columns, contract, mapped, "row + 2")
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            shop.connection.execute("DROP TABLE IF EXISTS landing.rows")
    clean, ragged = shop.folder / "clean.csv", shop.folder / "ragged.csv"
    separate(source, clean, ragged, progress)
    rows = _csv(clean, ",", ["line", *columns], header=False)
    _type(shop.connection, rows, columns, contract, mapped, "line")
    bad = _csv(ragged, ",", ["line", "value", "reason"], header=False)
    shop.connection.execute(f"INSERT INTO landing.ragged {bad}")
    return None


def _type(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    columns: Sequence[str],
    contract: Contract,
    mapped: Mapped,
    line: str,
) -> None:
    """One pass from text to types; the text itself is kept only where it is refused."""
    found = checks.faults(contract, mapped)
    number = ", line::BIGINT AS line" if line == "line" else ""
    passed = ", line" if number else ""
    connection.execute(
        f"""
        CREATE TABLE landing.rows AS
        SELECT {", ".join(map(quoted, contract.columns))}{passed}, fault::SMALLINT AS fault,
               {checks.faulty_text(found, mapped)} AS refused
        FROM (SELECT *, {checks.first_fault(found)} AS fault
        FROM (SELECT *, {checks.typed_columns(contract, mapped)}
        FROM (SELECT *{checks.numbers(contract, mapped)}
        FROM (SELECT {checks.text_columns(contract, mapped, columns)}{number} FROM ({rows})))))"""  # noqa: S608
    )
    connection.execute(
        f"CREATE TEMP VIEW landed AS SELECT *, {line} AS record FROM "  # noqa: S608
        "(SELECT rowid AS row, * FROM landing.rows)"
    )


def _kept(contract: Contract) -> str:
    """The sound rows with their key, and their content as one text: what makes two rows the same."""
    if contract.table in ("cases", "targets"):
        return sql("kept" if contract.table == "cases" else "targets_kept")
    names = [quoted(name) for name in contract.columns]
    texts = ", ".join(f"coalesce({name}::VARCHAR, '')" for name in names)
    return (
        f"SELECT rowid AS row, {quoted(contract.key)} AS key, {', '.join(names)}, "  # noqa: S608  its columns
        f"concat_ws(chr(31), {texts}) AS content, hash({', '.join(names)}) AS fingerprint "
        "FROM landing.rows WHERE fault IS NULL"
    )


def _csv(path: Path, delimiter: str, columns: Sequence[str], *, header: bool) -> str:
    kinds = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
    return (
        f"SELECT * FROM read_csv({literal(str(path))}, auto_detect = false, header = {header}, "  # noqa: S608
        f"delim = {literal(delimiter)}, quote = '\"', escape = '\"', strict_mode = true, "
        f"null_padding = false, columns = {{{kinds}}})"
    )


def _utf8(shop: Workshop, source: Source) -> Path:
    """The source as UTF-8, under a name of ours: DuckDB would take `[` or `*` in a name for a pattern."""
    path = shop.folder / "source.csv"
    if source.encoding == "utf-8-sig":
        path.symlink_to(source.path.resolve())
    else:
        with path.open("w", encoding="utf-8", newline="", buffering=CHUNK) as stream:
            stream.writelines(decoded(source))
    return path


def _parquet_columns(shop: Workshop, source: Source) -> list[str]:
    described = shop.connection.execute(f"DESCRIBE FROM read_parquet({pattern(source.path)})").fetchall()
    quoted = ['"' + str(name).replace('"', '""') + '"' for name, *_ in described]
    return [f"{name}::VARCHAR" for name in quoted]


def _write_faults(connection: duckdb.DuckDBPyConnection, faults: Sequence[Fault]) -> None:
    connection.execute('CREATE TABLE landing.faults (fault SMALLINT, "column" VARCHAR, reason VARCHAR)')
    entries = [(position, fault.column, fault.reason) for position, fault in enumerate(faults)]
    connection.executemany("INSERT INTO landing.faults VALUES (?, ?, ?)", entries)


def _write_types(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TABLE landing.case_types (name VARCHAR, norm_days DOUBLE, weight DOUBLE)")
    entries = [(kind.name, kind.norm_days, kind.weight) for kind in case_types()]
    connection.executemany("INSERT INTO landing.case_types VALUES (?, ?, ?)", entries)


def counted(connection: duckdb.DuckDBPyConnection) -> Landed:
    """What became of the landed rows so far."""
    reasons = connection.execute(sql("reasons")).fetchall()
    rows, kept, ragged = connection.execute(
        "SELECT count(*), count(*) FILTER (fault IS NULL), (SELECT count(*) FROM landing.ragged) "
        "FROM landing.rows"
    ).fetchall()[0]
    return Landed(rows + ragged, kept, tuple((str(c), str(r), int(n)) for c, r, n in reasons))


def refuse_suppressed(shop: Workshop, contract: Contract, found: Suppression) -> Landed:
    """Refuse the rows of everybody that nothing may be kept of; of these not even the refused value stays."""
    connection = shop.connection
    kind = LOADED.get(contract.table, "")
    if found.digests.get(kind):
        (fault,) = connection.execute("SELECT max(fault) + 1 FROM landing.faults").fetchall()[0]
        connection.execute("INSERT INTO landing.faults VALUES (?, ?, 'suppressed')", [fault, contract.key])
        condition, values = found.condition(kind, contract.key)
        text = f"UPDATE landing.rows SET fault = $fault, refused = NULL WHERE {condition}"  # noqa: S608
        connection.execute(text, values | {"fault": fault})
    return counted(connection)


def _refuse_cut_end(shop: Workshop, source: Source, read: int) -> None:
    """Refuse a last line without its end when it is faulty, or its last value by far the shortest."""
    connection = shop.connection
    faulty = connection.execute("SELECT fault IS NOT NULL FROM landed ORDER BY row DESC LIMIT 1").fetchall()
    columns = [f"c{position}" for position in range(len(source.headers))]
    copy = shop.folder / "source.csv"
    lengths: list[int] = []
    if copy.exists() and not (shop.folder / "clean.csv").exists():
        rows = _csv(copy, source.delimiter, columns, header=True)
        final = f"SELECT coalesce(length({columns[-1]}), 0) AS size FROM ({rows})"  # noqa: S608
        lengths = [size for (size,) in connection.execute(f"{final} ORDER BY size LIMIT 2").fetchall()]
    last = _last_size(source)
    cut = len(lengths) == 2 and lengths[0] == last and lengths[1] - last >= MARGIN
    if cut or (faulty and faulty[0][0]):
        raise LoadRefused("truncated", file=source.path.name, line=read + 1)


def _last_size(source: Source) -> int:
    """Characters of the file's very last field."""
    with source.path.open("rb") as stream:
        stream.seek(max(0, source.path.stat().st_size - CHUNK))
        tail = stream.read().decode(source.encoding, errors="replace")
    return len(tail.rsplit("\n", 1)[-1].rsplit(source.delimiter, 1)[-1].strip('"'))


def drop_landing(shop: Workshop) -> None:
    """Let go of the landed rows before the published ones are sealed."""
    shop.connection.execute("DROP VIEW kept")
    shop.connection.execute("DROP VIEW landed")
    shop.connection.execute("DETACH landing")
