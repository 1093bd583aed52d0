"""What people write, opened once per process."""

from dataclasses import dataclass, fields
from pathlib import Path

from data.advised import Advised
from data.attempts import Attempts
from data.audit import Audit
from data.links import Links
from data.members import Members
from data.pending import PendingSignIns
from data.saved_views import SavedViews
from data.sessions import Sessions
from data.tokens import Tokens
from data.users import Users


@dataclass(frozen=True)
class Stores:
    """One of each; safe to share between threads."""

    advised: Advised
    attempts: Attempts
    audit: Audit
    links: Links
    members: Members
    pending: PendingSignIns
    saved: SavedViews
    sessions: Sessions
    tokens: Tokens
    users: Users

    @classmethod
    def at(cls, home: Path) -> "Stores":
        """Those of a state folder; nothing is opened before it is needed."""
        return cls(
            advised=Advised(home),
            attempts=Attempts(home),
            audit=Audit(home),
            links=Links(home),
            members=Members(home),
            pending=PendingSignIns(home),
            saved=SavedViews(home),
            sessions=Sessions(home),
            tokens=Tokens(home),
            users=Users(home),
        )

    def close(self) -> None:
        """Let go of the files."""
        for field in fields(self):
            getattr(self, field.name).close()
