"""The command that reads what was decided, and computes it again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from app.accounts import acting
from app.commands.scoring import FORMAT, Format, operator, write
from app.consultation import COMMAND, Replay, contributions
from app.scoring import Scoring
from app.settings import Settings
from app.texts import t
from data.journal import Decision, Journal

# A list tells what was decided on whom; the numbers are shown by a replay, which the journal is told of.
LISTED = ("id", "at", "who", "client_id", "proposed", "decided", "followed", "motive", "offer")
CITED = ("model_version", "card", "snapshot")


def add_to(line: typer.Typer) -> None:
    """Add the command."""
    line.command(help=t("scoring.decisions"))(decisions)


def decisions(
    client_id: Annotated[int | None, typer.Argument(metavar="[CLIENT_ID]")] = None,
    replay: Annotated[int | None, typer.Option("--replay", metavar="ID")] = None,
    form: Annotated[Format, FORMAT] = Format.TABLE,
) -> None:
    """The decisions, the newest first; or one of them with its score computed again."""
    if replay is not None:
        _replay(replay, form)
        return
    journal = Journal(Settings().home)
    try:
        found = journal.decisions(client_id)
    finally:
        journal.close()
    if form is Format.JSON:
        write([_told(each) for each in found])
        return
    for each in found:
        mark = "=" if each.followed else "≠"
        whom = f"{each.id:>6}  {each.at[:19]}  {each.who}  {each.client_id}"
        seen = f"v{each.model_version}  {each.snapshot}"
        typer.echo(f"{whom}  {each.proposed} {mark} {each.decided}  {seen}  {each.motive}".rstrip())
    if not found:
        typer.echo(t("scoring.no_decision"))


def _replay(number: int, form: Format) -> None:
    """Exit code 1 where the number does not come out the same."""
    scoring = Scoring(Settings().home)
    try:
        with acting(operator()):
            found = scoring.replay(number, COMMAND)
    finally:
        scoring.close()
    answer = _compared(found)
    if form is Format.JSON:
        write(answer)
    else:
        for side in ("stored", "recomputed"):
            numbers = answer[side]
            typer.echo(f"{t(f'scoring.{side}'):<12}  {numbers['probability']!r}  {numbers['start']!r}")
        typer.echo(t("scoring.identical" if found.identical else "scoring.different"))
    if not found.identical:
        typer.echo(f"vigie: {t('scoring.replayed_otherwise', id=number)}", err=True)
        raise typer.Exit(1)


def _told(decision: Decision) -> dict[str, Any]:
    raw = asdict(decision)
    return {name: raw[name] for name in (*LISTED, *CITED)}


def _compared(found: Replay) -> dict[str, Any]:
    """Both sides in full, every float in its shortest exact text."""
    old, again = found.stored, found.recomputed
    score = again.score
    return {
        **_told(old),
        "features": dict(old.features),
        "stored": {
            "probability": old.probability,
            "threshold": old.threshold,
            "review": old.review,
            "start": old.start,
            "contributions": dict(old.contributions),
        },
        "recomputed": {
            "probability": score.default_probability,
            "threshold": score.threshold,
            "review": score.review,
            "start": again.start,
            "contributions": contributions(again),
        },
        "identical": found.identical,
    }
