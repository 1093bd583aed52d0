"""The sheets of an exported workbook: indicators, tables, and where they come from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from app.filters import member_label, period_words
from app.indicators import INDICATORS, column_label, unavailable_text
from app.texts import day, number, t
from app.workbook import Cell, Sheet
from data.snapshot import Snapshot
from queries.selection import Selection

LISTED = tuple(name for name in INDICATORS if name != "backlog_age")  # figures of one value
KINDS = {"share": "percent", "days": "decimal", "ratio": "decimal", "count": "count"}


@dataclass(frozen=True)
class Source:
    """What an export says about where its figures come from."""

    snapshot: Snapshot
    selection: Selection
    scope: Selection = field(default_factory=Selection)  # what the reader may see
    more: tuple[tuple[str, str], ...] = ()  # further lines of « Filtres et définitions »

    @property
    def metadata(self) -> dict[str, str]:
        """As a Parquet file carries it."""
        return {
            "vigie.snapshot": self.snapshot.id,
            "vigie.published": self.snapshot.created_at.isoformat(),
            "vigie.selection": str(self.selection),
            "vigie.simulated": str(self.snapshot.simulated).lower(),
        }

    @property
    def as_of(self) -> date | None:
        """The last day the figures speak of."""
        last = self.snapshot.last_day
        return min(self.selection.until or last, last) if last else None


def worded(table: pl.DataFrame) -> pl.DataFrame:
    """The table with the reader's words for headings, statuses and ages."""
    labels = {
        dim: {value: member_label(dim, value) for value in table[dim].unique().drop_nulls()}
        for dim in ("status", "age", "returned", "state")
        if dim in table.columns
    }
    said = table.with_columns(pl.col(dim).replace(words) for dim, words in labels.items())
    return said.rename({name: column_label(name) for name in table.columns})


def selection_words(selection: Selection) -> Iterator[tuple[str, str]]:
    """What is picked, one (name, value) per dimension, the period first."""
    yield t("filter.period"), period_words(selection)
    for dim, values in selection.picks.items():
        yield t(f"export.{dim}"), ", ".join(member_label(dim, value) for value in values)


def sheets(answers: Mapping[str, pl.DataFrame], source: Source) -> Iterator[Sheet]:
    """The sheets of the selection's whole picture, or of one table; the last says where it comes from."""
    if "kpis" not in answers:
        for table in answers.values():
            yield of_table(t("export.table"), table)
        yield _origin(source, None)
        return
    months = answers["cases_by_month"].join(answers["shares_by_month"], on="month", how="left")
    workload = answers["workload_and_returns_by_agency"].select("agency", "treated", "workload")
    agencies = answers["delay_by_agency"].join(workload, on="agency", how="left")
    kpis = next(answers["kpis"].iter_rows(named=True), dict.fromkeys(answers["kpis"].columns))
    quantiles = next(answers["quantiles"].drop("closed").iter_rows(named=True), {})
    yield _indicators(kpis | quantiles, source)
    yield of_table(t("export.by_month"), months)
    yield of_table(t("export.by_agency"), agencies)
    yield of_table(t("export.by_type"), answers["cases_by_type"])
    yield of_table(t("export.backlog"), answers["backlog_by_age"])
    yield of_table(t("export.detail"), answers["detail"])
    yield _origin(source, kpis["rows"] or 0)


def of_table(name: str, table: pl.DataFrame) -> Sheet:
    """A sheet of a query's answer, each column in the format of its indicator."""
    shown = worded(table)
    kinds = [_kind(column, dtype) for column, dtype in table.schema.items()]
    widths = [_width(shown[heading]) for heading in shown.columns]
    return Sheet(name, shown.columns, kinds, widths, shown.iter_rows())


def _kind(column: str, dtype: pl.DataType) -> str:
    if dtype == pl.Date:
        return "month" if column == "month" else "day"
    if dtype == pl.String:
        return "text"
    if column == "chance":
        return "percent"
    if column in INDICATORS:
        return KINDS[INDICATORS[column].kind]
    return "count" if dtype.is_integer() else "exact"


def _width(column: pl.Series) -> int:
    word = max((len(word) for word in column.name.split()), default=0)
    held = column.str.len_chars().max() if column.dtype == pl.String else 0
    return max(word, held if isinstance(held, int) else 0)


def _indicators(row: dict[str, Any], source: Source) -> Sheet:
    rows = [(t("column.rows"), row["rows"], "", t("export.rows_read"))]
    rows += [_indicator(name, row, source) for name in LISTED]
    headings = [t(f"export.{name}") for name in ("indicator", "value", "unit", "definition")]
    return Sheet(t("export.indicators"), headings, ("text", "count", "text", "long"), (24, 14, 10, 58), rows)


def _indicator(name: str, row: dict[str, Any], source: Source) -> tuple[str, Any, str, str]:
    indicator, value = INDICATORS[name], row[name]
    definition = f"{indicator.formula} {indicator.weighting}"
    if value is None:
        one_agent = "agent" in source.selection.picks
        why = unavailable_text(name, row, source.snapshot.absent, one_agent=one_agent)
        return indicator.label, Cell("text", why), "", definition
    return indicator.label, Cell(KINDS[indicator.kind], value), indicator.unit_word, definition


def _origin(source: Source, rows: int | None) -> Sheet:
    """« Filtres et définitions »: what was picked, from which version, and what each figure means."""
    snapshot = source.snapshot
    lines: list[tuple[str, object]] = [*selection_words(source.selection), *source.more]
    if source.scope.picks:
        lines += [(t("export.scope"), f"{name} : {words}") for name, words in selection_words(source.scope)]
    if snapshot.first_day and snapshot.last_day:
        lines.append((t("export.covered"), f"{day(snapshot.first_day)} – {day(snapshot.last_day)}"))
    lines.append((t("export.snapshot"), snapshot.id))
    lines.append((t("export.published"), Cell("day", snapshot.created_at.date())))
    lines.append((t("export.exported"), Cell("day", datetime.now(UTC).date())))
    if snapshot.simulated:
        lines.append((t("export.origin"), t("export.simulated")))
    if rows is not None:
        lines.append((t("export.rows_read"), number(rows)))
    lines += [(each.label, f"{each.formula} {each.weighting}") for each in INDICATORS.values()]
    return Sheet(
        t("export.filters"), (t("export.subject"), t("export.content")), ("text", "long"), (30, 90), lines
    )
