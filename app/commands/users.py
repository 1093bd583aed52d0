"""The commands about people: users add, list, change, disable, enable, reset, sessions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from app.accounts import terminal_user
from app.commands.access import Format, chosen, invitation, note, reach, scope, stores
from app.commands.groups import add_group
from app.stores import Stores
from app.texts import t
from data.links import INVITATION, RESET
from data.users import Account

NAME = Annotated[str, typer.Argument(metavar="NAME")]


def add_to(line: typer.Typer) -> None:
    """Add the commands of this area."""
    add_group(line, "users", "access.users", add, listed, change, disable, enable, reset, sessions)


def add(
    name: NAME,
    roles: Annotated[list[str], typer.Option("--role", metavar="ROLE", help=t("access.role"))],
    agencies: Annotated[
        list[str] | None, typer.Option("--agencies", metavar="A,B", help=t("access.agencies"))
    ] = None,
    every: Annotated[bool, typer.Option("--all-agencies", help=t("access.all_agencies"))] = False,
    label: Annotated[str, typer.Option("--label", help=t("access.label"))] = "",
) -> None:
    """A user, and the link with which they choose a password."""
    rows, names = scope(agencies, every=every), chosen(roles)
    with stores() as opened:
        made = opened.users.add(
            name,
            names,
            rows,
            label,
            noted=lambda made: note(opened, "user.added", account=made.name, roles=names, scope=rows),
        )
        token = _link(opened, made, INVITATION)
    typer.echo(t("access.added", name=made.name, roles=_spoken(made.roles), agencies=reach(rows)))
    if rows is None:
        typer.echo(t("access.no_rows", name=made.name), err=True)
    typer.echo(t("access.invited"))
    typer.echo(invitation(token))


def listed(form: Annotated[Format, typer.Option("--format")] = Format.TABLE) -> None:
    """Every user, by name."""
    with stores() as opened:
        found = opened.users.all()
        waiting = opened.links.pending()
        open_now = {each.id: len(opened.sessions.of(each.id)) for each in found}
    if form is Format.JSON:
        rows = [
            {**asdict(each), "state": state(each, waiting), "sessions": open_now[each.id]} for each in found
        ]
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    for each in found:
        words = (_spoken(each.roles), reach(each.scope), t(f"accounts.state_{state(each, waiting)}"))
        typer.echo("  ".join((f"{each.name:<24}", *words, _seen(each, open_now[each.id]))))
    if not found:
        typer.echo(t("access.nobody"))


def change(
    name: NAME,
    roles: Annotated[list[str] | None, typer.Option("--role", metavar="ROLE", help=t("access.role"))] = None,
    agencies: Annotated[
        list[str] | None, typer.Option("--agencies", metavar="A,B", help=t("access.agencies"))
    ] = None,
    every: Annotated[bool, typer.Option("--all-agencies", help=t("access.all_agencies"))] = False,
    none: Annotated[bool, typer.Option("--no-agency", help=t("access.no_agency"))] = False,
    label: Annotated[str | None, typer.Option("--label")] = None,
) -> None:
    """Other roles, agencies or label; what is not said stays. Their sessions end."""
    if none and (agencies or every):
        raise typer.BadParameter(t("access.both"), param_hint="--no-agency")
    with stores() as opened:
        held = opened.users.known(name)
        names = chosen(roles) if roles else list(held.roles)
        rows = scope(agencies, every=every) if agencies or every else None if none else held.scope
        before = {"roles": list(held.roles), "scope": held.scope}
        made = opened.users.change(
            held.id,
            names,
            rows,
            held.label if label is None else label.strip() or held.name,
            noted=lambda it: note(
                opened, "user.changed", account=it.name, before=before, roles=names, scope=rows
            ),
        )
    typer.echo(t("access.changed", name=made.name, roles=_spoken(made.roles), agencies=reach(rows)))


def disable(name: NAME) -> None:
    """Nobody comes in with it any more; their sessions end."""
    _let_in(name, disabled=True)


def enable(name: NAME) -> None:
    """It opens again."""
    _let_in(name, disabled=False)


def reset(name: NAME) -> None:
    """The password opens no more; a link to choose another, or the first one once more."""
    with stores() as opened:
        held = opened.users.known(name)
        token = _link(opened, held, RESET if held.chosen else INVITATION)
    typer.echo(t("access.reset" if held.chosen else "access.invited"))
    typer.echo(invitation(token))


def sessions(name: NAME, end: Annotated[bool, typer.Option("--end")] = False) -> None:
    """Where somebody is signed in; with --end, nowhere any more."""
    with stores() as opened:
        held = opened.users.known(name)
        found = opened.sessions.of(held.id)
        if end:
            opened.sessions.close_all(held.id)  # first: no full disk keeps a session open
            note(opened, "session.ended", account=held.name, sessions="all")
    for each in found:
        typer.echo(f"{each.opened_at[:16]}  {each.seen_at[:16]}  {each.means}  {each.browser}")
    typer.echo(t("access.sessions_ended" if end else "access.sessions_open", n=len(found), name=held.name))


def state(account: Account, waiting: dict[int, str]) -> str:
    """`active`, `invited`, `waiting` (the link is over) or `disabled`."""
    if account.disabled:
        return "disabled"
    if account.chosen or not account.local:
        return "active"
    return "invited" if account.id in waiting else "waiting"


def _let_in(name: str, *, disabled: bool) -> None:
    word = "disabled" if disabled else "enabled"
    with stores() as opened:
        made = opened.users.disable(
            opened.users.known(name).id,
            disabled=disabled,
            noted=lambda it: note(opened, f"user.{word}", account=it.name),
        )
    typer.echo(t(f"access.{word}", name=made.name))


def _link(opened: Stores, held: Account, kind: str) -> str:
    action = {INVITATION: "user.invited", RESET: "user.reset"}[kind]
    return opened.links.add(
        held.id, kind, terminal_user(), noted=lambda it: note(opened, action, account=it.name)
    )


def _spoken(roles: tuple[str, ...]) -> str:
    return ", ".join(roles)


def _seen(account: Account, sessions: int) -> str:
    seen = account.seen_at[:16].replace("T", " ") if account.seen_at else t("accounts.never")
    return t("access.seen", at=seen, n=sessions)
