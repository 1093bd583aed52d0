"""People and programs with accounts, as tests ask the server for them."""

from collections.abc import Collection
from pathlib import Path

from app.headers import CSRF_HEADER
from app.identity import csrf_of
from data.sessions import Sessions
from data.tokens import Tokens
from data.users import Users


def session(home: Path, name: str, roles: Collection[str], scope: str | None = "") -> str:
    """The token of a new session of a new user."""
    users, sessions = Users(home), Sessions(home)
    token = sessions.open(users.add(name, roles, scope).id, "password")
    users.close()
    sessions.close()
    return token


def person(home: Path, name: str, roles: Collection[str], scope: str | None = "") -> dict[str, str]:
    """The headers of a new user's browser: the session's cookie, and what its pages prove themselves with."""
    token = session(home, name, roles, scope)
    return {"cookie": f"vigie_session={token}", CSRF_HEADER: csrf_of(token)}


def program(home: Path, name: str, roles: Collection[str], scope: str | None = "") -> dict[str, str]:
    """The headers of a program with a token of its own."""
    tokens = Tokens(home)
    token = tokens.add(name, roles, scope, 1, "anne")
    tokens.close()
    return {"authorization": f"Bearer {token}"}
