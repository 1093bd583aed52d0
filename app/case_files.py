"""The rows of a list of cases as a file: exactly those listed, in their order."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from app import case_rows, export
from app.case_rows import Asked
from app.filters import member_label
from app.services import services
from app.sheets import Source
from app.texts import day, number, percent, t
from data.snapshot import Snapshot
from queries.cases.listing import Filter, Listing
from queries.selection import Selection

COLUMNS = (
    "case_id", "case_type", "state", "received_on", "closed_on", "delay", "norm_days", "chance", "returns",
    "return_reason", "documents", "agency", "agent", "treated",
)  # fmt: skip


def listed(asked: Asked, limit: int) -> tuple[Snapshot, pl.DataFrame]:
    """Every row of the list. Raises TooManyRows before any is read, NoSnapshot, QueryTimeout."""
    snapshot, engine = services().facts()
    order = case_rows.ORDERS.of(snapshot, engine, asked)
    if len(order) > limit:
        raise export.TooManyRows(len(order), limit)
    return snapshot, case_rows.fetched(engine, asked, order).select(COLUMNS)


def source(snapshot: Snapshot, asked: Asked) -> Source:
    """Where the rows come from, their list and its filters among it."""
    return Source(snapshot, asked.selection, asked.scope or Selection(), tuple(words(asked.listing)))


def words(listing: Listing) -> Iterator[tuple[str, str]]:
    """The list, its sorts and filters as a person reads them, and what its columns mean."""
    yield t("cases.list"), f"{t(f'client.cases_{listing.part}')} : {t(f'client.cases_{listing.part}_why')}"
    ways = [
        f"{_column(each.column)} ({t('cases.descending' if each.descending else 'cases.ascending')})"
        for each in listing.sorts
    ]
    if ways:
        yield t("cases.sorted"), ", ".join(ways)
    for each in listing.filters:
        yield t("cases.filtered"), f"{_column(each.column)} {_condition(each)}"
    for name in ("delay", "chance"):
        yield _column(name), t(f"client.cases_{name}_why")


def _condition(held: Filter) -> str:
    values = [_value(held.column, value) for value in held.values]
    return f"{t(f'cases.is_{held.operator}')} {t('indicator.and').join(values)}"


def _value(column: str, value: str | float | date) -> str:
    if isinstance(value, date):
        return day(value)
    if isinstance(value, str):
        return member_label(column, value)
    return percent(value, 0) if column == "chance" else number(value, 0 if value.is_integer() else 2)


def _column(name: str) -> str:
    return t(f"client.cases_{name}")
