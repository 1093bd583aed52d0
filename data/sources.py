"""A file of rows, examined before anything is written: format, encoding, delimiter, headers, checksum."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data.child import Progress
from data.durable import CHUNK
from data.errors import LoadRefused

DELIMITERS = (",", ";", "\t", "|")
HEADER_BYTES = 1 << 20
MAX_ROWS = 500_000_000  # declared by a Parquet file; more is a mistake or an attack
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Source:
    """A file fit to be read. `encoding` and `delimiter` are empty for Parquet."""

    path: Path
    kind: str  # csv, parquet
    headers: tuple[str, ...]
    checksum: str  # SHA-256 of the file
    encoding: str = ""
    delimiter: str = ""
    ended: bool = True  # the last line has its end of line
    plain: bool = True  # the header stands on the first line


def examine(path: Path, progress: Progress) -> Source:
    """Read the whole file once, write nothing. Raises LoadRefused."""
    try:
        if not path.is_file():
            raise LoadRefused("no_file", file=str(path))
        if not path.stat().st_size:
            raise LoadRefused("empty", file=path.name)
        with path.open("rb") as stream:
            parquet = stream.read(4) == b"PAR1"
        if parquet or path.suffix.lower() in {".parquet", ".pq"}:
            return _parquet(path)
        return _csv(path, progress)
    except OSError as error:
        raise LoadRefused("unreadable", file=path.name, detail=error.strerror or "") from None


def _parquet(path: Path) -> Source:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    try:
        with duckdb.connect() as reader:
            name = pattern(path)
            rows = reader.execute(f"SELECT num_rows FROM parquet_file_metadata({name})").fetchall()  # noqa: S608
            described = reader.execute(f"DESCRIBE FROM read_parquet({name})").fetchall()
    except duckdb.Error as error:
        raise LoadRefused("unreadable", file=path.name, detail=str(error).splitlines()[0]) from None
    if not rows[0][0]:
        raise LoadRefused("empty", file=path.name)
    if rows[0][0] > MAX_ROWS:
        raise LoadRefused("too_many_rows", file=path.name, rows=rows[0][0], limit=MAX_ROWS)
    return Source(path, "parquet", tuple(str(row[0]) for row in described), digest.hexdigest())


def _csv(path: Path, progress: Progress) -> Source:
    checksum, encoding, ended = _scan(path, progress)
    with path.open("rb") as stream:
        head = stream.read(HEADER_BYTES)
    text = codecs.getincrementaldecoder(encoding)().decode(head)
    delimiter, headers = _header(text, path.name)
    return Source(
        path, "csv", headers, checksum, encoding, delimiter, ended, plain=bool(text.splitlines()[0].strip())
    )


def _scan(path: Path, progress: Progress) -> tuple[str, str, bool]:
    """Checksum, encoding, and whether the last line is ended."""
    digest, reader, lines, done, tail = hashlib.sha256(), _Encoding(path.name), 0, 0, b""
    total = path.stat().st_size
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            if not done and chunk.startswith(UTF16):
                raise LoadRefused("utf16", file=path.name)
            if (at := chunk.find(b"\0")) >= 0:
                raise LoadRefused("nul_byte", file=path.name, line=lines + chunk.count(b"\n", 0, at) + 1)
            reader.feed(chunk, lines)
            lines += chunk.count(b"\n")
            done += len(chunk)
            tail = chunk[-1:]
            progress("examine", done / total)
    return digest.hexdigest(), reader.name(lines + 1), tail in (b"\n", b"\r")


class _Encoding:
    """UTF-8 as long as the bytes allow it, else one of the two Western code pages."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._utf8 = codecs.getincrementaldecoder("utf-8-sig")()
        self._accents = False  # seen as valid UTF-8
        self._western = ""

    def feed(self, chunk: bytes, lines: int) -> None:
        if not self._western:
            try:
                text = self._utf8.decode(chunk)
                self._accents = self._accents or not text.isascii()
            except UnicodeDecodeError as error:
                self._accents = self._accents or not chunk[: error.start].isascii()
                if self._accents:
                    line = lines + chunk.count(b"\n", 0, error.start) + 1
                    raise LoadRefused("mixed_encoding", file=self.file, line=line) from None
                self._western = "cp1252"
        if self._western == "cp1252":
            try:
                chunk.decode("cp1252")
            except UnicodeDecodeError:
                self._western = "latin-1"

    def name(self, line: int) -> str:
        if self._western:
            return self._western
        try:
            self._utf8.decode(b"", final=True)
        except UnicodeDecodeError:
            if self._accents:
                raise LoadRefused("truncated", file=self.file, line=line) from None
            return "cp1252"
        return "utf-8-sig"


def _header(text: str, file: str) -> tuple[str, tuple[str, ...]]:
    """The delimiter that cuts the first record in most fields, and these fields."""
    best: tuple[str, tuple[str, ...]] = (",", ())
    for delimiter in DELIMITERS:
        try:
            record = next((row for row in csv.reader(io.StringIO(text, ""), delimiter=delimiter) if row), [])
        except csv.Error:
            continue
        if len(record) > len(best[1]):
            best = delimiter, tuple(field.strip() for field in record)
    if not best[1]:
        raise LoadRefused("empty", file=file)
    return best


def decoded(source: Source) -> Iterator[str]:
    """The text of a CSV source in pieces, as UTF-8 readers expect it."""
    decoder = codecs.getincrementaldecoder(source.encoding)()
    with source.path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield decoder.decode(chunk)


def literal(text: str) -> str:
    """A string constant of SQL."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """An identifier of SQL, whatever its letters."""
    return '"' + name.replace('"', '""') + '"'


def pattern(path: Path) -> str:
    """A string constant that matches this file alone, where DuckDB takes `[`, `*` and `?` for a pattern."""
    return literal(re.sub(r"([\[*?])", r"[\1]", str(path.resolve())))
