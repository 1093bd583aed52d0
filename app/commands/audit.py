"""The commands about the journal: audit verify, list, export, prune."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from app.accounts import terminal_user
from app.audit import ACTIONS, by_command
from app.commands.advice import Format
from app.commands.groups import add_group
from app.settings import Settings
from app.texts import number, t
from app.witness import due
from data import durable
from data.audit import Audit, Line, Sought
from data.erasing import prune as erase_due
from data.errors import DataError
from data.sought import PARIS
from data.verified import Broken, Verified

SINCE = Annotated[datetime | None, typer.Option("--since", formats=["%Y-%m-%d"])]
UNTIL = Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"])]
WHO = Annotated[list[str] | None, typer.Option("--who", metavar="NAME")]
ACTION = Annotated[list[str] | None, typer.Option("--action", metavar="ACTION")]
CLIENT = Annotated[str, typer.Option("--client", metavar="NUMBER")]
CASE = Annotated[str, typer.Option("--case", metavar="NUMBER")]


class NotWritten(DataError):
    """A file that was asked for could not be written."""

    area = "audit"


def add_to(line: typer.Typer) -> None:
    """Add the commands of this area."""
    add_group(line, "audit", "audit.help", verify, listed, export, prune)


def verify(
    head: Annotated[str | None, typer.Option("--head", metavar="HASH", help=t("audit.help_head"))] = None,
) -> None:
    """Read the whole chain again; exit code 1 and its name where something was changed."""
    with opened() as audit:
        found = audit.verify(head)
    typer.echo(t("audit.read", lines=number(found.lines), erased=number(found.erased)))
    typer.echo(t("audit.head", hash=found.head))
    if found.whole:
        typer.echo(t("audit.whole"))
    else:
        _say_broken(found)
    by_command(Settings().home, "audit.verified", lines=found.lines, breaks=found.breaks, head=found.head)
    if not found.whole:
        raise typer.Exit(1)


def listed(  # noqa: PLR0913, PLR0917  a command has its options
    since: SINCE = None,
    until: UNTIL = None,
    who: WHO = None,
    action: ACTION = None,
    client: CLIENT = "",
    case: CASE = "",
    count: Annotated[int, typer.Option("--count", min=1, max=100_000, help=t("audit.help_count"))] = 50,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """The lines, the newest first, without the values of scores."""
    with opened() as audit:
        sought = asked((since, until), who, action, _subject(audit, client, case))
        found = audit.lines(sought, 0, count)
    by_command(Settings().home, "audit.viewed", lines=len(found))
    if form is Format.JSON:
        typer.echo(orjson.dumps([asdict(each) for each in found], option=orjson.OPT_INDENT_2))
        return
    for each in found:
        typer.echo(_told(each))
    if not found:
        typer.echo(t("audit.none"))


def export(  # noqa: PLR0913, PLR0917  a command has its options
    file: Annotated[Path, typer.Argument(metavar="FILE", help=t("audit.help_file"))],
    since: SINCE = None,
    until: UNTIL = None,
    who: WHO = None,
    action: ACTION = None,
    client: CLIENT = "",
    case: CASE = "",
) -> None:
    """The lines as a file of JSON, one a line, the oldest first."""
    with opened() as audit:
        sought = asked((since, until), who, action, _subject(audit, client, case))
        lines = audit.count(sought)
        by_command(Settings().home, "audit.exported", lines=lines, kind="jsonl")
        written(file, (orjson.dumps(asdict(each)) + b"\n" for each in audit.every(sought)))
    typer.echo(t("audit.exported", lines=number(lines), file=file))


def prune(
    months: Annotated[
        int | None, typer.Option("--months", min=6, max=36, help=t("audit.help_months"))
    ] = None,
) -> None:
    """Erase the words of the lines whose time is over."""
    settings = Settings()
    before = due(datetime.now(PARIS).date(), months or settings.audit_months)
    count = erase_due(settings.home, before, terminal_user())
    typer.echo(t("audit.pruned", lines=number(count), day=before.isoformat()))


def written(file: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that its owner alone may read. Raises NotWritten."""
    try:
        durable.write_privately(file, pieces)
    except OSError as error:
        raise NotWritten("not_written", file=file, detail=error.strerror or error) from error


def _say_broken(found: Verified) -> None:
    for each in found.broken[1:]:
        typer.echo(broken(each))
    if found.breaks > len(found.broken):
        typer.echo(t("audit.more_broken", n=number(found.breaks - len(found.broken))))
    typer.echo(f"vigie: {broken(found.broken[0])}", err=True)


@contextmanager
def opened() -> Iterator[Audit]:
    """The journal, closed at the end."""
    audit = Audit(Settings().home)
    try:
        yield audit
    finally:
        audit.close()


def asked(
    period: tuple[datetime | None, datetime | None],
    who: list[str] | None,
    action: list[str] | None,
    subject: str,
) -> Sought:
    """What the options look for. Raises typer.BadParameter."""
    for name in action or ():
        if name not in ACTIONS:
            raise typer.BadParameter(t("audit.unknown_action", name=name), param_hint="--action")
    since, until = (moment.date() if moment else None for moment in period)
    return Sought(since, until, tuple(who or ()), (), tuple(action or ()), subject)


def _subject(audit: Audit, client: str, case: str) -> str:
    """The pseudonym of whom the options name. Raises typer.BadParameter."""
    if client and case:
        raise typer.BadParameter(t("audit.one_person"), param_hint="--client, --case")
    if not client and not case:
        return ""
    return audit.pseudonym("client", client) if client else audit.pseudonym("case", case)


def broken(found: Broken) -> str:
    """One break in words."""
    key = f"audit.broken_{found.kind}" + ("_many" if found.last else "")
    named = t(f"audit.table_{found.table}") if found.table in ("decisions", "advised") else ""
    return t(key, id=found.id, last=found.last, table=named)


def _told(line: Line) -> str:
    if line.erased:
        return f"{line.id:>7}  {line.at[:19]}  {t('audit.erased')}"
    parts: tuple[Any, ...] = (line.who, t(f"audit.action_{str(line.action).replace('.', '_')}"))
    rest = [line.purpose or "", line.subject[:8] if line.subject else ""]
    rest += [f"{name}={value}" for name, value in line.details.items() if not isinstance(value, dict | list)]
    return "  ".join([f"{line.id:>7}  {line.at[:19]}", *map(str, parts), *filter(None, rest)])
