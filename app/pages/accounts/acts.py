"""What an administrator does: each act has its line in the journal, or is not done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from app.accounts import ROLES, user
from app.audit import record
from app.pages.accounts.payload import offered
from app.services import services
from app.texts import t
from data.links import INVITATION, RESET
from data.users import Account, AccountRefused, Noted
from queries.selection import Selection

Name = Annotated[str, StringConstraints(max_length=300)]
Kind = Literal["add", "change", "reset", "disable", "enable", "end", "token", "revoke"]


class Act(TypedDict):
    """What is asked, with blanks for what it does not need; `name` is the user's, or that of a token."""

    kind: Kind
    user: Annotated[int, Field(ge=0, le=2**62)]
    name: Name
    label: Name
    roles: Annotated[list[Name], Field(max_length=20)]
    reach: Literal["every", "some", "none", "other"]
    agencies: Annotated[list[Name], Field(max_length=2_000)]
    days: Annotated[int, Field(ge=0, le=10_000)]
    t: int


@dataclass(frozen=True)
class Done:
    """What is said of it, and what is told once: a `link` to hand over, or a `token`."""

    told: str
    link: str = ""
    token: str = ""


def perform(act: Act) -> Done:
    """Do it as the current user. Raises AccountRefused, JournalFailed."""
    return DOES[act["kind"]](act)


def _add(act: Act) -> Done:
    roles, scope = _roles(act), _scope(act, None)
    made = services().stores.users.add(
        act["name"], roles, scope, act["label"], noted=_noted("user.added", _rights(roles, scope))
    )
    return _linked(made, INVITATION, t("accounts.told_added", name=made.label))


def _change(act: Act) -> Done:
    account = _account(act)
    roles, scope = _roles(act), _scope(act, account)
    label = act["label"].strip() or account.name
    said = _rights(roles, scope) | {"before": _rights(account.roles, account.scope)}
    services().stores.users.change(account.id, roles, scope, label, noted=_noted("user.changed", said))
    return Done(t("accounts.told_changed", name=label))


def _reset(act: Act) -> Done:
    account = _another(act)
    kind = RESET if account.chosen else INVITATION
    return _linked(account, kind, t(f"accounts.told_{kind}", name=account.label))


def _linked(account: Account, kind: str, told: str) -> Done:
    """A link that works once, for somebody who has no password or is to choose another."""
    noted = _noted("user.reset" if kind == RESET else "user.invited")
    token = services().stores.links.add(account.id, kind, user().name, noted=noted)
    return Done(told, link=f"{services().settings.address}/invitation?link={token}")


def _disable(act: Act) -> Done:
    account = _another(act)
    services().stores.users.disable(account.id, noted=_noted("user.disabled"))
    return Done(t("accounts.told_disabled", name=account.label))


def _enable(act: Act) -> Done:
    account = _account(act)
    services().stores.users.disable(account.id, disabled=False, noted=_noted("user.enabled"))
    return Done(t("accounts.told_enabled", name=account.label))


def _end(act: Act) -> Done:
    account = _account(act)
    mine = (user().session or "") if account.id == user().number else ""
    services().stores.sessions.close_all(account.id, mine)  # first: no full disk keeps a session open
    record("session.ended", account=account.name, sessions="all")
    return Done(t("accounts.told_ended", name=account.label))


def _token(act: Act) -> Done:
    roles, scope, name = _roles(act), _scope(act, None), act["name"]
    said = _rights(roles, scope) | {"days": act["days"]}
    told = services().stores.tokens.add(
        name,
        roles,
        scope,
        act["days"],
        user().name,
        noted=lambda it: record("token.added", token=it.name, **said),
    )
    return Done(t("accounts.told_token", name=name.strip()), token=told)


def _revoke(act: Act) -> Done:
    found = services().stores.tokens.revoke(
        act["name"], noted=lambda it: record("token.revoked", token=it.name)
    )
    return Done(t("accounts.told_revoked", name=found.name))


DOES: Mapping[Kind, Callable[[Act], Done]] = {
    "add": _add,
    "change": _change,
    "reset": _reset,
    "disable": _disable,
    "enable": _enable,
    "end": _end,
    "token": _token,
    "revoke": _revoke,
}


def _account(act: Act) -> Account:
    found = next((each for each in services().stores.users.all() if each.id == act["user"]), None)
    if found is None:
        raise AccountRefused("unknown", name=act["user"])
    return found


def _another(act: Act) -> Account:
    """The account, where it is not one's own: nobody shuts themselves out."""
    account = _account(act)
    if account.id == user().number:
        raise AccountRefused("oneself")
    return account


def _rights(roles: Collection[str], scope: str | None) -> dict[str, Any]:
    return {"roles": sorted(roles), "scope": scope}


def _noted(action: str, said: Mapping[str, Any] = MappingProxyType({})) -> Noted:
    """Writes the line of an act on an account, while the act can still be taken back."""
    return lambda account: record(action, account=account.name, **said)


def _roles(act: Act) -> frozenset[str]:
    chosen = frozenset(act["roles"])
    if not chosen or not chosen <= ROLES.keys():
        raise AccountRefused("no_role")
    return chosen


def _scope(act: Act, account: Account | None) -> str | None:
    """The scope asked for: agencies that there are, or that the account has already."""
    if act["reach"] == "every":
        return ""
    if act["reach"] == "other" and account:
        return account.scope
    chosen = tuple(act["agencies"]) if act["reach"] == "some" else ()
    held = Selection.parse(account.scope).picks.get("agency", ()) if account and account.scope else ()
    strange = set(chosen) - set(offered()) - set(held)
    if strange:
        raise AccountRefused("unknown_agency", name=min(strange))
    return str(Selection(picks={"agency": chosen})) if chosen else None
