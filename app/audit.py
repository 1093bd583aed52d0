"""The one way to write down what the reader did, before it is shown or done."""

from pathlib import Path
from typing import Any

from app.accounts import terminal_user, user
from app.services import services
from data.audit import Audit, Entry
from queries.selection import Selection

CLIENT, CASE, AGENT = "client", "case", "agent"  # kinds of subjects

# What is recorded, by the names of the texts `audit.action_<name, _ for .>`.
ACTIONS = (
    "score.viewed", "score.assessed", "decision.followed", "decision.other", "sheet.made", "case.viewed",
    "cases.exported", "figures.exported", "rules.exported", "advice.answered",
    "signed_in", "sign_in.failed", "signed_out", "session.ended", "password.changed", "access.refused",
    "user.added", "user.changed", "user.disabled", "user.enabled", "user.invited", "user.reset",
    "token.added", "token.revoked",
    "audit.viewed", "audit.exported", "audit.verified", "audit.pruned", "person.exported", "person.erased",
    "model.promoted", "data.loaded", "data.rolled_back", "backup.made", "backup.restored",
    "volume.filed",
)  # fmt: skip


def record(
    action: str,
    *,
    subject: tuple[str, object] | None = None,
    purpose: str | None = None,
    who: str | None = None,
    **details: Any,
) -> int:
    """Write a line of what the current user does; `subject` is a kind and a number, kept as a pseudonym.

    Raises JournalFailed: then what the line is of is neither shown nor done.
    """
    audit = services().stores.audit
    named = audit.pseudonym(*subject) if subject else None
    return audit.record(Entry(action, who or user().name, named, purpose, details=details))


def by_command(home: Path, action: str, *, purpose: str | None = None, **details: Any) -> int:
    """Write a line of what the person at this terminal does. Raises JournalFailed."""
    audit = Audit(home)
    try:
        return audit.record(Entry(action, terminal_user(), purpose=purpose, details=details))
    finally:
        audit.close()


def without_names(selection: Selection) -> str:
    """The selection as a line may hold it: pseudonyms instead of the agents' names."""
    agents = selection.picks.get("agent", ())
    if not agents:
        return str(selection)
    hidden = tuple(services().stores.audit.pseudonym(AGENT, name) for name in agents)
    return str(Selection(selection.since, selection.until, {**selection.picks, "agent": hidden}))
