"""Who is asking: users, their roles and what the roles permit."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from getpass import getuser

from app.texts import telling
from queries.selection import Selection

PUBLIC = "public"  # no session needed
SIGNED_IN = "signed_in"  # any user

MANAGER = {"kpi.view", "export.aggregate", "recommendation.decide"}
ROLES: dict[str, frozenset[str]] = {
    "manager": frozenset(MANAGER),
    "executive": frozenset({"kpi.view", "campaign.view"}),
    "analyst": frozenset(
        MANAGER | {"agent.view", "case.view", "case.export", "data.view", "data.load", "data.rollback"}
    ),
    "officer": frozenset({"score.view", "decision.write"}),
    "caller": frozenset({"call_list.view", "call.write"}),
    "data_scientist": frozenset({"model.view", "model.train", "model.promote", "drift.view"}),
    "admin": frozenset({"user.view", "user.write", "audit.view", "metrics.view"}),
    "monitor": frozenset({"metrics.view"}),  # a program that watches the server
}
PERMISSIONS = frozenset({PUBLIC, SIGNED_IN}).union(*ROLES.values())


class Forbidden(Exception):
    """The user may not do that, or there is no user. The argument is the permission that lacks."""


@dataclass(frozen=True)
class User:
    """`scope` is the rows the user may see: None no row, `Selection()` all.

    `label` is what people call them; `number`, `session` (the key of) and `csrf` are those of a signed-in
    person; `program` is one that came in with a token.
    """

    name: str
    roles: tuple[str, ...] = ()
    scope: Selection | None = None
    label: str = ""
    number: int | None = None
    session: str | None = None
    csrf: str | None = None
    program: bool = False

    @property
    def permissions(self) -> frozenset[str]:
        """All that the roles permit."""
        return frozenset({SIGNED_IN}).union(*(ROLES.get(role, frozenset()) for role in self.roles))


DEMONSTRATION = User("demonstration", tuple(ROLES), Selection())

_user: ContextVar[User | None] = ContextVar("user", default=None)


def user() -> User:
    """The user this request is answered for. Raises Forbidden where there is none."""
    found = _user.get()
    if found is None:
        raise Forbidden(SIGNED_IN)
    return found


def signed_in() -> bool:
    """Whether there is a user."""
    return _user.get() is not None


@contextmanager
def acting(found: User | None) -> Iterator[None]:
    """Answer for that user inside the block."""
    token = _user.set(found)
    try:
        with telling(scoped=found is not None and found.scope != Selection()):
            yield
    finally:
        _user.reset(token)


def permit(permission: str) -> None:
    """Return when the current user holds the permission, else raise Forbidden."""
    if permission != PUBLIC and permission not in user().permissions:
        raise Forbidden(permission)


def permit_picks(selection: Selection) -> None:
    """Return when the current user may pick all of it, else raise Forbidden: agents are people."""
    if selection.picked("agent"):
        permit("agent.view")


def terminal_user() -> str:
    """Who runs the command, as the system knows them; by number where it has no name for them."""
    try:
        return getuser()
    except (KeyError, OSError):  # a container's user often has none
        return f"uid:{os.getuid()}"
