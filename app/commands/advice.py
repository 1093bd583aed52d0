"""The command that gives the recommendations."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import orjson
import typer

from app.recommendations import as_rows, title
from app.settings import Settings
from app.texts import t
from data import snapshot
from queries import rules
from queries.duckdb_engine import DuckdbEngine
from queries.selection import Selection


class Format(StrEnum):
    """How the answer is written."""

    JSON = "json"
    TABLE = "table"


def add_to(line: typer.Typer) -> None:
    """Add the commands of this area."""
    line.command(help=t("cli.recommend"))(recommend)


def recommend(
    select: Annotated[str, typer.Option()] = "",
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """The rules that fire over a selection, each with its value, its limit and what shows it."""
    try:
        selection = Selection.parse(select)
    except ValueError as error:
        raise typer.BadParameter(t("rule.bad_selection", detail=error), param_hint="--select") from error
    served = snapshot.current(Settings().home)
    if served.fallback_from:
        typer.echo(t("snapshot.fallback", id=served.id, corrupt=served.fallback_from), err=True)
    engine = DuckdbEngine(served)
    found = rules.recommend(engine, selection, rules.EVERYTHING)
    engine.close()
    if form is Format.JSON:
        typer.echo(orjson.dumps(as_rows(found), option=orjson.OPT_INDENT_2))
        return
    for each, row in zip(found, as_rows(found), strict=True):
        typer.echo(f"{title(each)} ({each.rule.id}, {t(f'rule.{each.scope}')})")
        typer.echo(f"  {row['text']}")
        typer.echo(f"  {t('rule.evidence', evidence=row['evidence'] or t('rule.all'))}")
    if not found:
        typer.echo(t("rule.none"))
