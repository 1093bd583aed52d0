"""Sign-in with the organisation's account, as the rest of Vigie sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.accounts import user
from app.moments import clock, local
from app.oidc.exchange import Client
from app.oidc.groups import BadGroups, read
from app.services import services
from app.settings import Settings
from app.texts import t

LONGEST_REFERENCE = 64  # characters
log = structlog.get_logger()
UNREACHABLE = "unreachable"
REFUSALS = frozenset(
    {
        "algorithm", "audience", "browser", "cancelled", "code", "disabled", "early", "expired", "groups",
        "hash", "issuer", "journal", "level", "malformed", "no_group", "nonce", "party", "provider",
        "signature", "state", "subject", "unreachable", "userinfo",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Organisation:
    """What the sign-in page says of it.

    `down_since` is when the provider stopped answering (« 8 h 52 »), None while it answers; `refused` why the
    person who comes back from it was not let in, and `more` on it, empty for nothing to say.
    """

    down_since: str | None = None
    refused: str = ""
    more: str = ""


def set_up(server: FastAPI, settings: Settings) -> None:
    """What the routes ask, where a provider is set; a file of groups that lets nobody in is told at once."""
    server.state.organisation = Client(settings) if settings.oidc_issuer else None
    if not settings.oidc_issuer:
        return
    if settings.oidc_groups is None:
        log.warning("VIGIE_OIDC_GROUPS is not set: nobody of the organisation is let in")
        return
    try:
        read(settings.oidc_groups)
    except BadGroups as error:
        log.error("groups of the organisation", reason=str(error))


def client(request: Request) -> Client | None:
    """Vigie at the provider; None where there is none."""
    found: Client | None = request.app.state.organisation
    return found


async def look(request: Request) -> None:
    """See whether the provider answers, for a second at most, unless that was seen within a minute."""
    asked = client(request)
    if asked is not None:
        await asked.provider.look()


def organisation(request: Request) -> Organisation | None:
    """What is known now; None where there is no provider."""
    asked = client(request)
    if asked is None:
        return None
    since = asked.provider.down_since
    refused, more = _refusal(request.query_params, down=since is not None)
    return Organisation(clock(local(since.isoformat())) if since else None, refused, more)


async def farewell(request: Request) -> str | None:
    """Where the reader's session ends at the provider too; None: it is over with the one here."""
    asked, key = client(request), user().session
    found = await run_in_threadpool(services().stores.sessions.known, key) if asked and key else None
    return await asked.farewell(found.hint) if asked and found and found.hint else None


def _refusal(told: Mapping[str, str], *, down: bool) -> tuple[str, str]:
    """The sentence for `refused=` in the page's address, and what follows; empty where it names no reason."""
    reason, named = told.get("refused", ""), told.get("reference", "")
    if reason not in REFUSALS or (down and reason == UNREACHABLE):  # which the page says already
        return "", ""
    asked = _contact(services().settings) or t("organisation.an_administrator")
    strong, stop, more = t(f"organisation.refused_{reason}", contact=asked).partition(". ")
    if named.isascii() and named.isalnum() and len(named) <= LONGEST_REFERENCE:
        more = f"{more} {t('sign_in.reference', reference=named)}".strip()
    return strong + stop.strip(), more


def _contact(settings: Settings) -> str:
    try:
        return read(settings.oidc_groups).contact
    except BadGroups:
        return ""
