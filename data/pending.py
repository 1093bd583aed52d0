"""Sign-ins begun at the organisation's provider: each comes back once, in the browser that began it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from data.sessions import TOKEN_BYTES, hashed
from data.store import now
from data.users import AccountStore

LONGEST = timedelta(minutes=10)  # for a person to sign in at the provider
MOST = 10_000  # begun and not come back; beyond, the oldest are forgotten


@dataclass(frozen=True)
class Pending:
    """What the provider's answer is held against. `way` is where the person wanted to go."""

    nonce: str
    verifier: str  # whose SHA-256 the provider got: the code is of no use to whoever has not this
    way: str


class PendingSignIns(AccountStore):
    """The sign-ins under way; see Store. Every method raises JournalFailed."""

    def begin(self, browser: str, way: str) -> tuple[str, Pending]:
        """One more, of the browser with the secret `browser`; its state, which the provider gives back."""
        state, made = secrets.token_urlsafe(TOKEN_BYTES), Pending(_secret(), _secret(), way)
        until = (datetime.now(UTC) + LONGEST).isoformat(timespec="microseconds")
        with self._writing() as connection:
            connection.execute("DELETE FROM pending WHERE until < ?", (now(),))
            connection.execute(
                "DELETE FROM pending WHERE state IN"
                " (SELECT state FROM pending ORDER BY until DESC LIMIT -1 OFFSET ?)",
                (MOST - 1,),
            )
            connection.execute(
                "INSERT INTO pending (state, browser, nonce, verifier, way, until) VALUES (?, ?, ?, ?, ?, ?)",
                (hashed(state), hashed(browser), made.nonce, made.verifier, way, until),
            )
        return state, made

    def take(self, state: str, browser: str) -> Pending | None:
        """The one of that state, which then is no more, whoever asks; None in another browser or too late."""
        with self._writing() as connection:
            row = connection.execute(
                "DELETE FROM pending WHERE state = ? RETURNING browser, nonce, verifier, way, until",
                (hashed(state),),
            ).fetchone()
        if row is None or not secrets.compare_digest(row["browser"], hashed(browser)) or row["until"] < now():
            return None
        return Pending(row["nonce"], row["verifier"], row["way"])


def _secret() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)
