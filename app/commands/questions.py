"""The command that asks one named question."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import orjson
import polars as pl
import typer

from app.settings import Settings
from app.texts import t
from data import snapshot
from data.snapshot import Snapshot
from queries.catalogue import QUERIES, UnknownQuery, find
from queries.duckdb_engine import DuckdbEngine, QueryTimeout
from queries.polars_engine import PolarsEngine
from queries.query import Query
from queries.selection import Selection

EVERYTHING = Selection()  # whoever runs commands here may read the files anyway


class Engine(StrEnum):
    """What answers: cubes in memory, or the facts."""

    POLARS = "polars"
    DUCKDB = "duckdb"


class Format(StrEnum):
    """How the answer is written; json is a list of row objects."""

    JSON = "json"
    CSV = "csv"
    TABLE = "table"


def add_to(line: typer.Typer) -> None:
    """Add the commands of this area."""
    line.command(help=t("query.help"))(query)


def query(
    name: Annotated[str, typer.Argument(metavar="DOMAIN.NAME")],
    select: Annotated[str, typer.Option(help=t("query.select"))] = "",
    engine: Annotated[Engine | None, typer.Option()] = None,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """The answer to one named question over a selection."""
    try:
        asked = find(name)
    except UnknownQuery as error:
        known = ", ".join(sorted(QUERIES))
        raise typer.BadParameter(t("query.unknown", name=name, known=known), param_hint="NAME") from error
    try:
        selection = Selection.parse(select)
    except ValueError as error:
        raise typer.BadParameter(t("query.bad_selection", detail=error), param_hint="--select") from error
    served = snapshot.current(Settings().home)
    if served.fallback_from:
        typer.echo(t("snapshot.fallback", id=served.id, corrupt=served.fallback_from), err=True)
    typer.echo(written(_answer(served, asked, selection, engine), form), nl=False)


def written(rows: pl.DataFrame, form: Format) -> str:
    """The rows as text that ends with a line end."""
    if form is Format.JSON:
        return orjson.dumps(rows.to_dicts(), option=orjson.OPT_INDENT_2).decode() + "\n"
    if form is Format.CSV:
        return rows.write_csv()
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=10_000, fmt_str_lengths=200) as look:
        look.set_tbl_hide_dataframe_shape().set_tbl_hide_column_data_types().set_tbl_formatting("MARKDOWN")
        return f"{rows}\n"


def _answer(served: Snapshot, asked: Query, selection: Selection, engine: Engine | None) -> pl.DataFrame:
    """From the engine named; else from the cubes where they can tell, and from the facts where not."""
    if engine is not Engine.DUCKDB:
        cubes = PolarsEngine(served)
        if cubes.answers(asked, selection, EVERYTHING):
            return cubes.run(asked, selection, EVERYTHING)
        if engine is Engine.POLARS:
            raise typer.BadParameter(t("query.not_in_cubes"), param_hint="--engine")
    facts = DuckdbEngine(served, seconds=Settings().query_seconds)
    try:
        return facts.run(asked, selection, EVERYTHING)
    except QueryTimeout:
        typer.echo(f"vigie: {t('errors.too_long')}", err=True)
        raise typer.Exit(1) from None
    finally:
        facts.close()
