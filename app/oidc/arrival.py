"""From whom the provider vouches for to an account here: rights by groups, and the lines of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

from app import audit
from app.accounts import DEMONSTRATION
from app.oidc.exchange import Identified
from app.oidc.groups import BadGroups, Rights, read
from app.oidc.tokens import SignInRefused
from app.stores import Stores
from data.members import Arrival, Member
from data.users import LONGEST_NAME, Account

MEANS = "organisation"
NAMES = ("preferred_username", "email", "upn")  # what people type to sign in, as providers write it

log = structlog.get_logger()


def arrived(found: Identified, file: Path | None, stores: Stores) -> Account:
    """Their account, with the rights their groups give now. Raises SignInRefused, JournalFailed."""
    known = stores.members.known(found.issuer, found.subject)
    told = {"account": known.name if known else "", "vouched": _name(found)}
    try:
        rights = read(file).rights(found.claims)
    except BadGroups as error:
        log.error("groups of the organisation", reason=str(error))
        raise SignInRefused("groups", **told) from error
    if rights is None:
        stores.members.leave(found.issuer, found.subject, _noted)
        raise SignInRefused("no_group", **told)
    if known is not None and known.disabled:
        raise SignInRefused("disabled", **told)
    return stores.members.arrive(_member(found, rights), _noted)


def _noted(arrival: Arrival) -> None:
    """The line of a new user, or of other rights than last time."""
    account, before = arrival.account, arrival.before
    told: dict[str, Any] = {
        "account": account.name,
        "roles": list(account.roles),
        "scope": account.scope,
        "means": MEANS,
    }
    if before is None:
        audit.record("user.added", who=account.name, **told)
    elif arrival.changed:
        told["before"] = {"roles": list(before.roles), "scope": before.scope}
        audit.record("user.changed", who=account.name, **told)


def _member(found: Identified, rights: Rights) -> Member:
    name = _name(found)
    return Member(found.issuer, found.subject, name, _label(found.claims, name), rights.roles, rights.scope)


def _name(found: Identified) -> str:
    """The name the person signs in with, where it is fit for the journal; else one made of who they are."""
    for claim in NAMES:
        name = _text(found.claims, claim)
        if name and ":" not in name and "@@" not in name and name != DEMONSTRATION.name:
            return name
    return f"organisation-{sha256(found.subject.encode()).hexdigest()[:12]}"


def _label(claims: Mapping[str, Any], name: str) -> str:
    """As people call them; ProConnect tells a `usual_name`."""
    family = _text(claims, "usual_name") or _text(claims, "family_name")
    whole = f"{_text(claims, 'given_name')} {family}".strip()
    return _text(claims, "name") or whole[:LONGEST_NAME] or name


def _text(claims: Mapping[str, Any], claim: str) -> str:
    """The claim as one line; empty where it is none, too long, or cannot be shown."""
    found = claims.get(claim)
    text = unicodedata.normalize("NFKC", found).strip() if isinstance(found, str) else ""
    return text if text.isprintable() and len(text) <= LONGEST_NAME else ""
