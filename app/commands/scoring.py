"""The commands that give scores and reasons, and that let a version of the model serve."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import orjson
import typer

from app import audit, portfolio, scored
from app.accounts import User, acting, terminal_user
from app.commands.data import bars
from app.consultation import COMMAND, Consultation
from app.scoring import Scoring
from app.settings import Settings
from app.texts import language, number, percent, t
from data import child, snapshot
from models import artefact
from models.explain import ACCEPT, REFUSE, REVIEW, Explanation
from queries.duckdb_engine import DuckdbEngine
from queries.selection import Selection

DIGITS = 2  # of a risk and of points


class Format(StrEnum):
    """How the answer is written."""

    JSON = "json"
    TABLE = "table"


FORMAT = typer.Option("--format")


def add_to(line: typer.Typer) -> None:
    """Add the commands of this area."""
    for command in (score, explain, promote):
        line.command(help=t(f"scoring.{command.__name__}"))(command)


def score(
    client_id: Annotated[int | None, typer.Argument(metavar="[CLIENT_ID]")] = None,
    everyone: Annotated[bool, typer.Option("--all")] = False,
    form: Annotated[Format, FORMAT] = Format.TABLE,
) -> None:
    """The score of one client, or those of all in a new snapshot."""
    if everyone == (client_id is not None):
        raise typer.BadParameter(t("scoring.one_or_all"))
    if client_id is None:
        _score_everyone(form)
        return
    with opened() as scoring:
        seen = scoring.consult(client_id, COMMAND)
    if form is Format.JSON:
        write(scored.score(seen.explanation, seen.champion))
    else:
        typer.echo("\n".join(_headline(seen.explanation)))


def _score_everyone(form: Format) -> None:
    with bars() as progress:
        made = child.in_child(portfolio.score_everyone, Settings().home, progress=progress)
    if form is Format.JSON:
        write(asdict(made))
        return
    counts = {word: number(made.decisions[word]) for word in (ACCEPT, REVIEW, REFUSE)}
    told = {"version": made.model_version, "seconds": number(made.seconds, 1), **counts}
    typer.echo(t("scoring.all_scored", count=number(made.clients), **told))
    typer.echo(t("scoring.new_snapshot", id=made.snapshot))


def explain(
    client_id: int,
    form: Annotated[Format, FORMAT] = Format.TABLE,
    lime: Annotated[bool, typer.Option("--lime")] = False,
) -> None:
    """Why one client has their score."""
    with opened() as scoring:
        seen = scoring.consult(client_id, COMMAND)
        offer = None if seen.explanation.score.granted else scoring.offer(seen.values, seen.champion)
        other = _lime(scoring, seen) if lime else None
    if form is Format.JSON:
        write(scored.explanation(seen, offer) | ({"lime": other} if other else {}))
        return
    typer.echo("\n".join((*_headline(seen.explanation), *_reasons(seen))))
    if other:
        typer.echo(t("scoring.lime", fit=number(other["fit"], DIGITS)))
        for name, weight in other["weights"].items():
            typer.echo(f"{name}  {t('scoring.points', n=number(weight * 100, DIGITS))}")


def promote(version: int, by: Annotated[str, typer.Option("--by", metavar="NAME")]) -> None:
    """Let a version serve."""
    home = Settings().home
    chosen = artefact.promote(home, version, by)
    audit.by_command(home, "model.promoted", version=version, by=by)
    typer.echo(t("scoring.promoted", version=chosen.card.version, by=chosen.approval.approved_by))
    try:
        from models import registry  # noqa: PLC0415  it takes seconds to import, and the model serves without

        registry.repair(home)
    except Exception as error:  # noqa: BLE001  a mirror, repaired at the next occasion: CHAMPION is what counts
        typer.echo(t("scoring.not_mirrored", detail=type(error).__name__, version=version), err=True)


def _lime(scoring: Scoring, seen: Consultation) -> dict[str, Any]:
    from models import surrogate  # noqa: PLC0415  it takes seconds to import

    found = surrogate.lime(seen.champion.scorer, seen.values, scoring.sample())
    return {"weights": dict(found.weights), "fit": found.fit}


@contextmanager
def opened() -> Iterator[Scoring]:
    """Scoring on the served snapshot, as the user of this terminal, who may read the files anyway."""
    settings = Settings()
    served = snapshot.current(settings.home)
    if served.fallback_from:
        typer.echo(t("snapshot.fallback", id=served.id, corrupt=served.fallback_from), err=True)
    scoring, facts = Scoring(settings.home), DuckdbEngine(served, seconds=settings.query_seconds)
    try:
        scoring.refresh(served, facts)
        model = scoring.champion
        if model and model.fallback_from:
            told = {"corrupt": model.fallback_from, "version": model.version}
            typer.echo(t("scoring.stands_in", **told), err=True)
        with acting(operator()):
            yield scoring
    finally:
        scoring.close()
        facts.close()


def operator() -> User:
    """Who runs the command, as the system knows them."""
    return User(terminal_user(), ("officer",), Selection())


def write(answer: object) -> None:
    """As JSON on stdout."""
    typer.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2))


def _headline(explained: Explanation) -> Iterator[str]:
    of = explained.score
    cuts = {"threshold": percent(of.threshold, DIGITS), "review": percent(of.review, DIGITS)}
    risk, decision = percent(of.default_probability, DIGITS), t(f"scoring.{of.decision}")
    yield t("scoring.line", client=of.client_id, risk=risk, decision=decision, **cuts)
    yield t("scoring.made_by", version=of.model_version, snapshot=of.snapshot)
    for key in ("missing", "out_of_domain"):
        if names := getattr(explained, key):
            yield t(f"scoring.{key}", names=", ".join(names))


def _reasons(seen: Consultation) -> Iterator[str]:
    """The waterfall as lines: where it starts, what each feature adds, where it ends."""
    explained, features = seen.explanation, seen.champion.scorer.contract.features
    rows = [("", t("scoring.from_start"), "", explained.start)]
    for each in explained.contributions:
        label = features[each.feature].labels[language()]
        rows.append((each.feature, label, "" if each.value is None else str(each.value), each.points))
    rows.append(("", t("scoring.total"), "", explained.score.default_probability))
    widths = [max(len(str(row[place])) for row in rows) for place in range(3)]
    for name, label, value, points in rows:
        shown = t("scoring.points", n=number(points * 100, DIGITS)) if name else percent(points, DIGITS)
        yield f"{name:<{widths[0]}}  {label:<{widths[1]}}  {value:>{widths[2]}}  {shown:>10}"
