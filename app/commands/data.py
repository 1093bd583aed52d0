"""The commands that make and keep the data: simulate, load, tables, snapshots, rollback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from app import audit
from app.settings import Settings
from app.texts import t
from data import child, pipeline, snapshot

REASONS_SHOWN = 5


def add_to(line: typer.Typer) -> None:
    """Add the commands of this area."""
    for command in (simulate, load, tables, snapshots, rollback):
        line.command(help=t(f"cli.{command.__name__}"))(command)


def simulate(
    cases: Annotated[int, typer.Option(min=1, max=1_000_000_000)] = 1_000_000,
    clients: Annotated[int, typer.Option(min=0, max=10_000_000)] = 100_000,
    seed: Annotated[int, typer.Option(min=0)] = 7,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
) -> None:
    """Build and publish the demonstration world."""
    from data import simulate as world  # noqa: PLC0415  it alone needs numpy and the calendar

    last = until.date() if until else world.UNTIL
    with bars() as progress:
        made = child.in_child(
            world.simulate,
            Settings().home,
            cases=cases,
            clients=clients,
            seed=seed,
            until=last,
            progress=progress,
        )
    audit.by_command(Settings().home, "data.loaded", table="simulated", seed=seed, snapshot=made.id)
    typer.echo(f"cases: {made.tables['cases']}, {_span(made)}")
    typer.echo(f"credits: {made.tables.get('credits', 0)}")
    typer.echo(f"snapshot {made.id}")


def load(  # noqa: PLR0913, PLR0917  a command has its options
    table: str,
    source: str,
    preset: Annotated[str | None, typer.Option()] = None,
    mapping: Annotated[Path | None, typer.Option()] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    accept_shrink: Annotated[bool, typer.Option("--accept-shrink")] = False,
    append: Annotated[bool, typer.Option("--append")] = False,
) -> None:
    """Load a file into a table and publish."""
    with bars() as progress:
        report = pipeline.load_file(
            Settings().home,
            table,
            Path(source),
            preset=preset,
            mapping=mapping,
            dry_run=dry_run,
            accept_shrink=accept_shrink,
            append=append,
            progress=progress,
        )
    if report.snapshot:
        told: dict[str, Any] = {"table": report.table, "source": report.source, "rows": report.kept}
        told |= {"rejected": report.rejected, "snapshot": report.snapshot}
        audit.by_command(Settings().home, "data.loaded", **told)
    typer.echo(f"{report.table}: read {report.read}, kept {report.kept}, rejected {report.rejected}")
    for column, reason, rows in report.reasons[:REASONS_SHOWN]:
        typer.echo(f"  {rows} × {column or '—'}: {t(f'load.reject.{reason}')} ({reason})")
    if len(report.reasons) > REASONS_SHOWN:
        typer.echo(f"  {t('load.more_reasons', n=len(report.reasons) - REASONS_SHOWN)}")
    if report.ignored:
        typer.echo(f"  {t('load.ignored', headers=', '.join(report.ignored))}")
    typer.echo(f"snapshot {report.snapshot}" if report.snapshot else t("load.dry_run"))


def tables() -> None:
    """What the served version holds."""
    served = snapshot.current(Settings().home)
    _warn(served)
    for name, rows in sorted(served.tables.items()):
        simulated = f"  {t('cli.simulated')}" if name in served.simulated_tables else ""
        typer.echo(f"{name:<16}{rows:>14}{simulated}")


def snapshots() -> None:
    """Every version kept, the newest first, the served one marked."""
    home = Settings().home
    served = snapshot.pointer(home)
    for version in snapshot.history(home):
        mark = "*" if version.id == served else " "
        origin = t("cli.simulated") if version.simulated else ", ".join(sorted(_sources(version)))
        typer.echo(
            f"{mark} {version.id}  {version.tables['cases']:>12}  {_span(version)}  "
            f"{origin}{_credits(version)}"
        )


def rollback(version: Annotated[str | None, typer.Argument(metavar="[ID]")] = None) -> None:
    """Serve an older version again."""
    chosen = snapshot.rollback(Settings().home, version)
    audit.by_command(Settings().home, "data.rolled_back", snapshot=chosen.id)
    typer.echo(f"snapshot {chosen.id}, {_span(chosen)}")


def _credits(version: snapshot.Snapshot) -> str:
    count = version.tables.get("credits")
    return f"  {t('cli.credits', n=count)}" if count else ""


def _sources(version: snapshot.Snapshot) -> set[str]:
    """The file that each table was last loaded from."""
    return set({load["table"]: str(load["source"]) for load in version.loads}.values())


def _span(version: snapshot.Snapshot) -> str:
    def iso(day: date | None) -> str:
        return day.isoformat() if day else "—"

    return f"{iso(version.first_day)} … {iso(version.last_day)}"


def _warn(served: snapshot.Snapshot) -> None:
    if served.fallback_from:
        typer.echo(t("snapshot.fallback", id=served.id, corrupt=served.fallback_from), err=True)


@contextmanager
def bars() -> Iterator[child.Progress]:
    """One bar per stage on stderr, gone at the end; nothing where nobody watches."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(
        *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def advance(stage: str, share: float) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(t(f"cli.stage_{stage}"), total=1.0)
            bars.update(tasks[stage], completed=share)

        yield advance
