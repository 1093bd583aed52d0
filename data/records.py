"""The careful way through a CSV that DuckDB refuses: record by record, the ragged ones set apart."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from data.child import Progress
from data.errors import LoadRefused
from data.sources import Source

LONGEST = 1000  # characters shown of a refused record
LONGEST_LINE = 8 << 20  # characters; memory stays bounded


def separate(source: Source, clean: Path, ragged: Path, progress: Progress) -> None:
    """Write the sound records to `clean` (record number in front) and the others to `ragged`.

    Both are comma-separated UTF-8 without header; `ragged` holds record number, text and reason.
    Raises LoadRefused("truncated") when the file ends inside a record.
    """
    width = len(source.headers)
    with clean.open("w", encoding="utf-8", newline="") as good, ragged.open("w", encoding="utf-8") as bad:
        sound, unsound = csv.writer(good, lineterminator="\n"), csv.writer(bad, lineterminator="\n")
        number, last = 0, ""
        for record, fault in _records(source, progress):
            number += 1
            last = fault
            if number == 1:
                continue
            if not fault and len(record) == width + 1 and not record[-1]:
                record.pop()  # a delimiter at the end of the line, which DuckDB forgives too
            if not fault and len(record) == width:
                sound.writerow((number, *record))
            else:
                last = fault or "field_count"
                unsound.writerow((number, source.delimiter.join(record)[:LONGEST], last))
    if last == "unfinished" or (last == "field_count" and not source.ended):
        raise LoadRefused("truncated", file=source.path.name, line=number)


def _records(source: Source, progress: Progress) -> Iterator[tuple[list[str], str]]:
    """Each record with what is wrong with it, blank lines left out."""
    reader = csv.reader(_lines(source, progress), delimiter=source.delimiter, strict=True)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield [], "unfinished" if "unexpected end" in str(error) else "quotes"
            continue
        if record:
            yield record, ""


def _lines(source: Source, progress: Progress) -> Iterator[str]:
    """Physical lines with their ends: \\n, \\r\\n or \\r, and none of the others that Unicode knows."""
    total, number = source.path.stat().st_size, 0
    with source.path.open("rb") as raw, io.TextIOWrapper(raw, source.encoding, newline="") as stream:
        while line := stream.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE:
                raise LoadRefused("line_too_long", file=source.path.name, line=number, limit=LONGEST_LINE)
            if number % 10_000 == 1:
                progress("read", raw.tell() / total)
            yield line
