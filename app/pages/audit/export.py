"""The lines of the journal as a file, typed: one row per line, never the value of a score."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import polars as pl

from app import export
from app.moments import local
from app.pages.audit.asked import Period
from app.pages.audit.lines import Who, action_words, purpose, said
from app.services import services
from app.texts import t
from app.workbook import Sheet, workbook
from data.audit import Line, Sought
from data.chain import canonical

TEXT = pl.String()
COLUMNS = pl.Schema(
    {"line": pl.Int64(), "at": TEXT, "who": TEXT, "label": TEXT, "action": TEXT, "action_words": TEXT}
    | {"subject": TEXT, "purpose": TEXT, "score": TEXT, "model_version": TEXT, "said": TEXT}
    | {"details": TEXT, "hash": TEXT}
)
WIDTHS = (8, 19, 16, 20, 18, 24, 34, 24, 9, 10, 30, 40, 66)


def written(kind: str, sought: Sought, period: Period) -> bytes:
    """The file, `xlsx` or `csv`, the oldest line first. Raises TooManyRows, JournalFailed."""
    table = lines(sought)
    export.check(table, services().settings.export_rows)
    shown = table.rename({name: t(f"audit.column_{name}") for name in COLUMNS})
    if kind == "csv":
        return export.csv_of(shown)
    kinds = ["count" if name == "line" else "text" for name in COLUMNS]
    sheets = (
        Sheet(t("audit.lines"), shown.columns, kinds, WIDTHS, shown.iter_rows()),
        Sheet(
            t("export.filters"),
            (t("export.subject"), t("export.content")),
            ("text", "long"),
            (30, 90),
            _about(sought, period),
        ),
    )
    return workbook(sheets, datetime.now(UTC))


def lines(sought: Sought) -> pl.DataFrame:
    """Every line found."""
    who = Who.now()
    rows = (_row(line, who) for line in services().stores.audit.every(sought))
    return pl.DataFrame(list(rows), schema=COLUMNS, orient="row")


def _row(line: Line, who: Who) -> tuple[object, ...]:
    at = f"{local(line.at):%Y-%m-%d %H:%M:%S}"
    if line.erased:
        return (line.id, at, "", "", "", t("audit.erased"), "", "", "", "", "", "", line.hash)
    action = str(line.action)
    score = t("audit.masked") if line.masked else ""
    words = (action, action_words(action), line.subject or "", purpose(line.purpose), score)
    more = (line.model_version or "", said(line.details), canonical(line.details), line.hash)
    return (line.id, at, line.who, who.label(str(line.who)), *words, *more)


def _about(sought: Sought, period: Period) -> Iterator[tuple[str, str]]:
    yield t("audit.filter_period"), period.spoken()
    yield t("audit.filter_who"), ", ".join(sought.who)
    yield t("audit.filter_purposes"), ", ".join(map(purpose, sought.purposes))
    yield t("audit.filter_actions"), ", ".join(map(action_words, sought.actions))
    yield t("audit.search"), " ".join(filter(None, (sought.subject, sought.text)))
    yield t("audit.masked_title"), t("audit.masked_why")
