"""The commands that keep a copy elsewhere and bring it back: backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.accounts import terminal_user
from app.commands.data import bars
from app.settings import Settings
from app.texts import number, t
from data import backup as backups
from data import restoring
from data.backup import Contents

MEGABYTE = 1_000_000  # bytes
SHOWN = ("cases", "clients", "scores")  # tables whose rows are told


def add_to(line: typer.Typer) -> None:
    """Add the commands of this area."""
    line.command(help=t("backup.help"))(backup)
    line.command(help=t("backup.help_restore"))(restore)


def backup(
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help=t("backup.file"))] = Path(),
    without_data: Annotated[bool, typer.Option("--without-data", help=t("backup.without_data"))] = False,
) -> None:
    """Copy all that is kept into one file, while the server serves."""
    with bars() as progress:
        made = backups.make(Settings().home, file, terminal_user(), data=not without_data, progress=progress)
    typer.echo(t("backup.made", file=made.file, size=number(made.print.size / MEGABYTE, 1)))
    _say(made.contents)
    typer.echo(f"SHA-256 {made.print.sha256}")
    typer.echo(t("backup.keep"))
    if made.contents.fallback_from:
        values = {"id": made.contents.snapshot, "corrupt": made.contents.fallback_from}
        typer.echo(t("snapshot.fallback", **values), err=True)


def restore(
    file: Path,
    home: Annotated[Path | None, typer.Option(help=t("backup.home"))] = None,
    replace: Annotated[bool, typer.Option("--replace", help=t("backup.replace"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=t("backup.dry_run"))] = False,
) -> None:
    """Make the state folder what it was when the backup was made."""
    target = home or Settings().home
    with bars() as progress:
        if dry_run:
            contents = restoring.check(file, progress)
        else:
            done = restoring.restore(file, target, terminal_user(), replace=replace, progress=progress)
            contents = done.contents
    typer.echo(t("backup.whole", file=file) if dry_run else t("backup.restored", home=target))
    _say(contents)
    if dry_run:
        return
    typer.echo(t("backup.lost", moment=_moment(contents)))
    if done.erased:
        typer.echo(t("backup.erased_again", people=number(done.erased)))
    elif done.erased is None:
        typer.echo(t("backup.erase_again", moment=_moment(contents)))
    if done.aside:
        typer.echo(t("backup.aside", folder=done.aside))


def _say(contents: Contents) -> None:
    """What the backup holds, and of when."""
    typer.echo(t("backup.of", moment=_moment(contents), by=contents.made_by))
    if contents.snapshot:
        rows = ", ".join(
            f"{name} {number(contents.tables[name])}" for name in SHOWN if contents.tables.get(name)
        )
        typer.echo(t("backup.data", id=contents.snapshot, rows=rows, last=contents.last_day or "—"))
    else:
        typer.echo(t("backup.no_data"))
    models = ", ".join(map(str, contents.models)) or "—"
    counts = {"users": number(contents.users), "lines": number(contents.lines), "models": models}
    typer.echo(t("backup.people", **counts))
    typer.echo(t("backup.head", head=contents.head or "—"))


def _moment(contents: Contents) -> str:
    return f"{contents.made_at[:16].replace('T', ' ')} UTC"
