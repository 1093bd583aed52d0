"""The commands about programs: tokens add, list, revoke."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from app.accounts import terminal_user
from app.commands.access import Format, chosen, note, reach, scope, stores
from app.commands.groups import add_group
from app.commands.users import NAME
from app.texts import t
from data.store import now
from data.tokens import LONGEST_DAYS, Token


def add_to(line: typer.Typer) -> None:
    """Add the commands of this area."""
    add_group(line, "tokens", "access.tokens", add, listed, revoke)


def add(
    name: NAME,
    roles: Annotated[list[str], typer.Option("--role", metavar="ROLE", help=t("access.role"))],
    agencies: Annotated[
        list[str] | None, typer.Option("--agencies", metavar="A,B", help=t("access.agencies"))
    ] = None,
    every: Annotated[bool, typer.Option("--all-agencies", help=t("access.all_agencies"))] = False,
    days: Annotated[int, typer.Option(min=1, max=LONGEST_DAYS)] = 90,
) -> None:
    """A token, shown this once, alone on stdout."""
    rows, names = scope(agencies, every=every), chosen(roles)
    with stores() as opened:
        token = opened.tokens.add(
            name,
            names,
            rows,
            days,
            terminal_user(),
            noted=lambda it: note(opened, "token.added", token=it.name, roles=names, scope=rows, days=days),
        )
    typer.echo(t("access.token_added", name=name, agencies=reach(rows), days=days), err=True)
    typer.echo(token)


def listed(form: Annotated[Format, typer.Option("--format")] = Format.TABLE) -> None:
    """Every token, the newest first."""
    with stores() as opened:
        found = opened.tokens.all()
    if form is Format.JSON:
        typer.echo(orjson.dumps([asdict(each) for each in found], option=orjson.OPT_INDENT_2))
        return
    for each in found:
        words = (", ".join(each.roles), reach(each.scope), t(f"accounts.token_{_state(each)}"))
        used = each.used_at[:16].replace("T", " ") if each.used_at else t("accounts.never")
        typer.echo("  ".join((f"{each.name:<24}", *words, t("access.until", day=each.until[:10], used=used))))
    if not found:
        typer.echo(t("access.no_token"))


def revoke(name: NAME) -> None:
    """It works no more, from the next request on."""
    with stores() as opened:
        found = opened.tokens.revoke(name, noted=lambda it: note(opened, "token.revoked", token=it.name))
    typer.echo(t("access.token_revoked", name=found.name))


def _state(token: Token) -> str:
    if token.revoked:
        return "revoked"
    return "valid" if token.until > now() else "over"
