"""The commands about one person's data: person export, person erase."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer

from app.accounts import terminal_user
from app.commands.audit import opened, written
from app.commands.data import bars
from app.commands.groups import add_group
from app.settings import Settings
from app.texts import number, t
from data import held, republish
from data.audit import Entry
from data.child import in_child
from data.errors import DataError

LONGEST = 500  # characters of a motive


class Kind(StrEnum):
    """What a number is of."""

    CLIENT = "client"
    CASE = "case"


class UnknownPerson(DataError):
    """Nothing is held on anybody of that number (`unknown`)."""

    area = "person"


WHOM = Annotated[str, typer.Argument(metavar="NUMBER")]


def add_to(line: typer.Typer) -> None:
    """Add the commands of this area."""
    add_group(line, "person", "person.help", export, erase)


def export(
    kind: Kind,
    whom: WHOM,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help=t("person.to"))],
) -> None:
    """All that is held on one person, as JSON."""
    home, named = Settings().home, _named(kind, whom)
    found = held.held(home, kind, named)
    if not held.anything(found):
        raise UnknownPerson("unknown", kind=t(f"person.{kind}"), number=named)
    with opened() as audit:
        subject = audit.pseudonym(kind, named)
        audit.record(Entry("person.exported", terminal_user(), subject, details={"kind": kind}))
    written(to, [orjson.dumps(found, option=orjson.OPT_INDENT_2)])
    rows = sum(map(len, found["tables"].values()))
    told = {"rows": rows, "lines": len(found["journal"]), "decisions": len(found["decisions"])}
    typer.echo(t("person.exported", file=to, **{name: number(count) for name, count in told.items()}))


def erase(
    kind: Kind,
    whom: WHOM,
    motive: Annotated[str, typer.Option("--motive", metavar="TEXT", help=t("person.motive"))],
) -> None:
    """Erase one person from the journal and the data, and keep them out of what is loaded later."""
    home, named = Settings().home, _named(kind, whom)
    if not motive.strip() or len(motive) > LONGEST:
        raise typer.BadParameter(t("person.bad_motive", limit=LONGEST), param_hint="--motive")
    if not held.suppressed(home, kind, named) and not held.anything(held.held(home, kind, named)):
        raise UnknownPerson("unknown", kind=t(f"person.{kind}"), number=named)
    with bars() as progress:
        given = home, str(kind), named, motive.strip(), terminal_user()
        gone, made = in_child(republish.forget, *given, progress=progress)
    told = {"lines": number(gone.lines), "decisions": number(gone.decisions), "views": number(gone.views)}
    typer.echo(t("person.erased", **told))
    if made:
        typer.echo(t("person.republished", id=made.id))


def _named(kind: Kind, whom: str) -> str:
    """The number as it is kept. Raises typer.BadParameter."""
    text = whom.strip()
    if kind is Kind.CLIENT and not (text.removeprefix("-").isdecimal() and text.isascii()):
        raise typer.BadParameter(t("person.not_a_number", number=text), param_hint="NUMBER")
    return str(int(text)) if kind is Kind.CLIENT else text
