"""What somebody who is known asked for without the right to it, written down."""

import structlog
from starlette.types import Scope

from app import audit
from app.accounts import signed_in, user
from app.services import services
from data.store import JournalFailed

log = structlog.get_logger()


def refused(permission: str, scope: Scope) -> None:
    """Write that the user lacks the permission; a refusal stands, written or not.

    Where it happened is the pattern of the address: the address itself may name a person.
    """
    if not signed_in() or services().settings.demo:
        return
    try:
        place = getattr(scope.get("route"), "path", "")
        audit.record("access.refused", permission=permission, place=place, program=user().program)
    except JournalFailed as error:
        log.error("refusal not written", reason=error.reason)
