"""The command that gives the recommendations."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import orjson
import polars as pl
import typer

from app.effect_words import said
from app.recommendations import as_rows
from app.rule_effects import Question, Simulated, simulated, stands
from app.rule_words import title
from app.settings import Settings
from app.texts import t
from data import snapshot
from data.snapshot import Snapshot
from queries import rules
from queries.duckdb_engine import DuckdbEngine
from queries.rules import Recommendation
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
    told = _told(served, selection)
    if form is Format.JSON:
        typer.echo(orjson.dumps(as_rows(told), option=orjson.OPT_INDENT_2))
        return
    for (each, _), row in zip(told, as_rows(told), strict=True):
        typer.echo(f"{title(each)} ({each.rule.id}, {each.place or t(f'rule.{each.scope}')})")
        typer.echo(f"  {row['text']}")
        if row["effect"]:
            typer.echo(f"  {t('rule.effect', effect=said(row['effect']))}")
        typer.echo(f"  {t('rule.evidence', evidence=row['evidence'] or t('rule.all'))}")
    if not told:
        typer.echo(t("rule.none"))


def _told(served: Snapshot, selection: Selection) -> list[tuple[Recommendation, Simulated | None]]:
    """What the rules recommend, each with its effect."""
    engine = DuckdbEngine(served)

    def ask(asked: Sequence[Question]) -> list[pl.DataFrame]:
        return [engine.run(query, part, rules.EVERYTHING) for query, part in asked]

    found = [(each, simulated(each, ask)) for each in rules.recommend(engine, selection, rules.EVERYTHING)]
    engine.close()
    return [pair for pair in found if stands(*pair)]
