"""Who is asking: users, their roles and what the roles permit."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

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
    "admin": frozenset({"user.view", "user.write", "audit.view"}),
}
PERMISSIONS = frozenset({PUBLIC, SIGNED_IN}).union(*ROLES.values())


class Forbidden(Exception):
    """The user may not do that, or there is no user. The argument is the permission that lacks."""


@dataclass(frozen=True)
class User:
    """`scope` is the rows the user may see: None no row, `Selection()` all."""

    name: str
    roles: tuple[str, ...] = ()
    scope: Selection | None = None

    @property
    def permissions(self) -> frozenset[str]:
        """All that the roles permit."""
        return frozenset({SIGNED_IN}).union(*(ROLES[role] for role in self.roles))


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
        yield
    finally:
        _user.reset(token)


def permit(permission: str) -> None:
    """Return when the current user holds the permission, else raise Forbidden."""
    if permission != PUBLIC and permission not in user().permissions:
        raise Forbidden(permission)
