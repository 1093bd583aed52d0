"""The commands that learn: train, and models, which lists what was learned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from app.accounts import terminal_user
from app.commands.advice import Format
from app.commands.data import bars
from app.settings import Settings
from app.texts import number, percent, t
from data import child
from models import approvals, artefact, fit
from models.card import Card, Family

if TYPE_CHECKING:
    from models.training import Trained

FORMAT = typer.Option("--format")


def add_to(line: typer.Typer) -> None:
    """Add the commands of this area."""
    for command in (train, models):
        line.command(help=t(f"train.{command.__name__}"))(command)


def train(  # noqa: PLR0913, PLR0917  a command has its options
    folds: Annotated[int, typer.Option(min=2, max=20)] = 5,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1)] = 42,
    form: Annotated[Format, FORMAT] = Format.TABLE,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME")] = None,
    with_protected: Annotated[bool, typer.Option("--with-protected")] = False,
    if_needed: Annotated[bool, typer.Option("--if-needed")] = False,
    quick: Annotated[bool, typer.Option("--quick")] = False,
) -> None:
    """Compare the families on the published credits and keep a version."""
    home = Settings().home
    if if_needed and not fit.training_due(home):
        return
    made = _learned(home, folds, seed, by or terminal_user(), with_protected=with_protected, quick=quick)
    if form is Format.JSON:
        typer.echo(orjson.dumps([asdict(each) for each in made.families], option=orjson.OPT_INDENT_2))
    else:
        typer.echo("\n".join(_table(made.families)))
    for line in _outcome(made):
        typer.echo(line, err=form is Format.JSON)


def models(form: Annotated[Format, FORMAT] = Format.TABLE) -> None:
    """Every version, the newest first."""
    home = Settings().home
    _mend(home)
    cards, serving = artefact.versions(home), artefact.named(home)
    waiting = approvals.challenger((card.version for card in cards), serving)
    approved = {each.version: each for each in reversed(approvals.read(home)[0])}
    rows = [
        {
            "version": card.version,
            "aliases": _aliases(card.version, serving, waiting),
            "trained_at": card.trained_at,
            "contract": card.contract,
            "auc": card.metrics["auc"],
            "cost": card.metrics["cost"],
            "proposed_by": card.proposed_by,
            "approved_by": approved[card.version].approved_by if card.version in approved else None,
        }
        for card in cards
    ]
    if form is Format.JSON:
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    typer.echo("\n".join(_listed(rows)) if rows else t("train.no_versions"))


def learn(home: Path, *, quick: bool, progress: child.Progress, **settings: Any) -> Trained:
    """`models.training.train` in the process that calls; imported there, for it takes seconds."""
    from models import training  # noqa: PLC0415

    if quick:
        settings |= {"families": ("catboost",), "candidates": 1}
    return training.train(home, progress=progress, **settings)


def _learned(home: Path, folds: int, seed: int, by: str, *, with_protected: bool, quick: bool) -> Trained:
    settings = {"folds": folds, "seed": seed, "by": by, "with_protected": with_protected, "quick": quick}
    with bars() as progress:
        return child.in_child(learn, home, progress=progress, **settings)


def _mend(home: Path) -> None:
    """Bring the registry up to date, where there is one; the list comes from the versions themselves."""
    if not (home / "models").is_dir():
        return
    try:
        from models import registry  # noqa: PLC0415  it takes seconds to import

        if left := registry.repair(home):
            typer.echo(t("train.interrupted", n=left), err=True)
    except Exception as error:  # noqa: BLE001  a mirror, mended at the next occasion: CHAMPION is what counts
        typer.echo(t("train.not_mirrored", detail=type(error).__name__), err=True)


def _table(families: Sequence[Family]) -> Iterator[str]:
    names = {each.name: t(f"train.family_{each.name}") for each in families}
    head = [t(f"train.{name}") for name in ("auc", "ap", "brier", "ece", "cost", "at_half", "cut", "seconds")]
    width = max(map(len, names.values()))
    yield f"{'':<{width}}  " + "  ".join(f"{name:>9}" for name in head)
    for each in families:
        cells = [
            *(number(value, 4) for value in (each.auc, each.average_precision, each.brier, each.ece)),
            *(number(value, 1) for value in (each.cost, each.cost_at_half)),
            percent(each.threshold),
            number(each.fit_seconds, 1) if each.fit_seconds else "—",
        ]
        mark = f"  {t('train.kept')}" if each.champion else ""
        yield f"{names[each.name]:<{width}}  " + "  ".join(f"{cell:>9}" for cell in cells) + mark


def _outcome(made: Trained) -> Iterator[str]:
    """What became of it: what serves, what waits, and what could not tell anything."""
    if made.idle:
        yield t("train.idle", names=", ".join(made.idle))
    card = made.card
    if card is None:
        yield t("train.nothing_kept")
        return
    free, gap = card.metrics["auc_free"], card.metrics["auc_free"] - card.metrics["auc"]
    yield t(f"train.measured_{card.validation}", rows=number(card.measured_on), folds=card.folds)
    yield t("train.free", auc=number(free, 4), gap=number(gap, 4))
    low, high = card.threshold_interval
    yield t("train.interval", cut=percent(card.threshold), low=percent(low), high=percent(high))
    yield _fate(card, serves=made.serves)


def _fate(card: Card, *, serves: bool) -> str:
    if serves:
        return t("train.serves", version=card.version)
    return t("train.waits", version=card.version, by=card.proposed_by)


def _aliases(version: int, serving: int | None, waiting: int | None) -> list[str]:
    return [name for name, named in (("champion", serving), ("challenger", waiting)) if named == version]


def _listed(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        told = {
            **row,
            "aliases": ", ".join(row["aliases"]) or "—",
            "auc": number(row["auc"], 4),
            "cost": number(row["cost"], 1),
            "trained_at": row["trained_at"][:16].replace("T", " "),
            "approved_by": row["approved_by"] or "—",
        }
        yield t("train.version", **told)
