"""Tables as an XLSX workbook: typed cells, frozen headings, filters; text is never a formula."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, NamedTuple

import xlsxwriter

# What makes a spreadsheet read a text as a formula; some take wide forms for the plain ones.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONGEST = 32_000  # characters; a cell holds 32,767
MOST_ROWS = 1_048_575  # under the heading
NARROWEST, WIDEST = 9, 60  # characters

FORMATS = {
    "text": {"valign": "top"},
    "long": {"valign": "top", "text_wrap": True},
    "count": {"valign": "top", "num_format": "#,##0"},
    "decimal": {"valign": "top", "num_format": "#,##0.0"},
    "exact": {"valign": "top", "num_format": "#,##0.00##"},
    "percent": {"valign": "top", "num_format": "0.0%"},
    "month": {"valign": "top", "num_format": "mmm yyyy"},
    "day": {"valign": "top", "num_format": "dd/mm/yyyy"},
    "heading": {"valign": "top", "bold": True, "bottom": 1, "text_wrap": True},
}


class Cell(NamedTuple):
    """A value of another kind than the rest of its column."""

    kind: str
    value: object


@dataclass(frozen=True)
class Sheet:
    """One sheet. `kinds`: keys of FORMATS, one a column; `widths` in characters; None leaves a cell empty."""

    name: str
    headings: Sequence[str]
    kinds: Sequence[str]
    widths: Sequence[int]
    rows: Iterable[Sequence[object]]


def harmless(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would run it."""
    return "'" + text if text.startswith(RISKY) else text


def workbook(sheets: Iterable[Sheet], made_at: datetime) -> bytes:
    """The XLSX file, which states `made_at` as its creation."""
    buffer = BytesIO()
    # Row by row through a temporary file: a long table costs time, not memory.
    with xlsxwriter.Workbook(buffer, {"constant_memory": True}) as book:
        book.set_properties({"created": made_at.replace(tzinfo=None)})
        styles = {kind: book.add_format(style) for kind, style in FORMATS.items()}
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, styles)
    return buffer.getvalue()


def _write(page: Any, sheet: Sheet, styles: dict[str, Any]) -> None:
    page.freeze_panes(1, 0)
    for column, (heading, width) in enumerate(zip(sheet.headings, sheet.widths, strict=True)):
        page.set_column(column, column, min(max(width + 2, NARROWEST), WIDEST))
        page.write_string(0, column, _text(heading), styles["heading"])
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        for column, (kind, value) in enumerate(zip(sheet.kinds, row, strict=True)):
            if isinstance(value, Cell):
                kind, value = value  # noqa: PLW2901
            if value is None:
                continue
            if kind in ("text", "long"):
                page.write_string(last, column, _text(str(value)), styles[kind])
            elif kind in ("day", "month"):
                page.write_datetime(last, column, value, styles[kind])
            else:
                page.write_number(last, column, value, styles[kind])
    page.autofilter(0, 0, last, len(sheet.headings) - 1)


def _text(text: str) -> str:
    # xlsxwriter copies <r>…</r> into the sheet as markup, formulas included.
    text = "'" + text if text.startswith("<r>") else harmless(text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
