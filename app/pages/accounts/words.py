"""Accounts and tokens in words: their states, and who a person is at a glance."""

from datetime import UTC, datetime

from data.tokens import Token
from data.users import Account

ACTIVE, INVITED, WAITING, DISABLED = "active", "invited", "waiting", "disabled"
VALID, OVER, REVOKED = "valid", "over", "revoked"
SHOWS = {
    ACTIVE: "check-circle",
    INVITED: "hourglass-split",
    WAITING: "exclamation-triangle",
    DISABLED: "slash-circle",
    VALID: "check-circle",
    OVER: "hourglass-split",
    REVOKED: "slash-circle",
}


def state(account: Account, until: str | None) -> str:
    """Whether the user comes in; `until`: when the link to choose a password ends, None without one."""
    if account.disabled:
        return DISABLED
    if account.chosen or not account.local:
        return ACTIVE
    return INVITED if until else WAITING


def token_state(token: Token) -> str:
    """Whether programs still come in with it."""
    if token.revoked:
        return REVOKED
    return VALID if datetime.fromisoformat(token.until) > datetime.now(UTC) else OVER


def initials(label: str) -> str:
    """« IL » for « Inès Laurent »."""
    parts = [part for part in label.replace("-", " ").replace(".", " ").split() if part[0].isalnum()]
    return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper() or "?"
