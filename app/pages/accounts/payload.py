"""What the page of the accounts draws: counts, people, tokens of programs, and what each role opens."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app import rights
from app.accounts import ROLES, user
from app.moments import local, spoken, spoken_day
from app.pages.accounts import words
from app.problems import sentence
from app.services import services
from app.texts import number, t
from data.errors import DataError, NoSnapshot
from data.sessions import Session
from data.tokens import Token
from data.users import Account
from queries import places
from queries.selection import Selection

Payload = dict[str, Any]
OF_PROGRAMS = "monitor"  # a role that no person needs
WITHOUT_ROWS = {"admin", "monitor"}  # roles that look at no agency's rows


def page() -> Payload:
    """Everything the page shows to the current reader, or the `problem` that keeps it from being shown."""
    try:
        return _page()
    except DataError as error:
        return {"problem": sentence(error)}


def _page() -> Payload:
    stores = services().stores
    users, tokens = stores.users.all(), stores.tokens.all()
    sessions = {each.id: stores.sessions.of(each.id) for each in users if each.seen_at}
    pending = stores.links.pending()
    alone = last_admin(users)
    people = [
        person(each, sessions.get(each.id, []), pending.get(each.id), alone=each.id == alone)
        for each in users
    ]
    programs = [program(each) for each in tokens]
    return {
        "kpis": _kpis(people, sessions, programs, tokens),
        "users": people,
        "tokens": programs,
        "roles": _roles(users),
        "agencies": offered(),
        "write": "user.write" in user().permissions,
    }


def offered() -> list[str]:
    """Every agency there is, whichever the administrator sees: who hands out scopes must know them all."""
    try:
        found = services().run(places.offices, Selection(), Selection())
    except NoSnapshot:
        return []
    return found["agency"].unique().drop_nulls().sort().to_list()


def last_admin(users: list[Account]) -> int | None:
    """The number of the one user who can let others in, None where there are several or none."""
    admins = [each for each in users if "admin" in each.roles and not each.disabled]
    able = [each.id for each in admins if each.chosen or not each.local]
    return able[0] if len(able) == 1 else None


def person(account: Account, sessions: list[Session], until: str | None, *, alone: bool) -> Payload:
    """One line of the list; `until`: the end of the link that waits, `alone`: the last administrator."""
    state = words.state(account, until)
    return {
        "id": account.id,
        "name": account.name,
        "label": account.label,
        "initials": words.initials(account.label),
        "roles": list(account.roles),
        "spoken": rights.roles(account.roles),
        "reach": rights.reach(account.scope),
        "agencies": rights.agencies(account.scope),
        "scope": rights.scope(account.scope),
        "needs": not set(account.roles) <= WITHOUT_ROWS,
        "means": t("accounts.by_password" if account.local else "accounts.by_organisation"),
        "local": account.local,
        "state": state,
        "icon": words.SHOWS[state],
        "said": t(f"accounts.state_{state}"),
        "until": _until(state, until),
        "seen": spoken(account.seen_at) if account.seen_at else t("accounts.never"),
        "sessions": [_session(each) for each in sessions],
        "alone": alone,
        "me": account.id == user().number,
    }


def _until(state: str, until: str | None) -> str:
    if until is None:
        return t("accounts.no_link") if state == words.WAITING else ""
    key = "link_until" if state == words.INVITED else "reset_until"
    return t(f"accounts.{key}", moment=spoken(until))


def _session(session: Session) -> Payload:
    return {
        "opened": t("accounts.opened", moment=spoken(session.opened_at)),
        "seen": t("accounts.seen", moment=spoken(session.seen_at)),
        "browser": browser(session.browser),
        "mine": session.key == user().session,
    }


def browser(told: str) -> str:
    """« Firefox, Windows » from what a browser says of itself; never more than names from our own lists."""
    names = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
    name = next((name for mark, name in (*names, ("Safari/", "Safari")) if mark in told), "")
    systems = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"))
    system = next(
        (name for mark, name in (*systems, ("Mac OS", "macOS"), ("Linux", "Linux")) if mark in told), ""
    )
    return ", ".join(part for part in (name, system) if part) or t("accounts.browser_unknown")


def program(token: Token) -> Payload:
    """One token of the list."""
    state, until = words.token_state(token), local(token.until)
    left = (datetime.fromisoformat(token.until) - datetime.now(UTC)).days
    return {
        "name": token.name,
        "spoken": rights.roles(token.roles),
        "scope": rights.scope(token.scope),
        "made": t("accounts.made", who=token.made_by, day=spoken_day(local(token.made_at).date())),
        "until": spoken_day(until.date()),
        "left": t("accounts.days_left", n=number(left)) if state == words.VALID and left < 30 else "",
        "used": spoken(token.used_at) if token.used_at else t("accounts.never"),
        "state": state,
        "icon": words.SHOWS[state],
        "said": t(f"accounts.token_{state}"),
    }


def _kpis(
    people: list[Payload],
    sessions: Mapping[int, list[Session]],
    programs: list[Payload],
    tokens: list[Token],
) -> list[Payload]:
    states = Counter(each["state"] for each in people)
    active = [each for each in people if each["state"] == words.ACTIVE]
    admins = sum("admin" in each["roles"] for each in active)
    waiting = states[words.INVITED] + states[words.WAITING]
    opened = [len(each) for each in sessions.values() if each]
    valid = [each for each, shown in zip(tokens, programs, strict=True) if shown["state"] == words.VALID]
    ends = min((each.until for each in valid), default=None)
    return [
        _kpi("active", len(active), _counted("kpi_admins", admins, disabled=number(states[words.DISABLED]))),
        _kpi(
            "waiting", waiting, t("accounts.kpi_waiting_sub") if waiting else t("accounts.kpi_waiting_none")
        ),
        _kpi("sessions", sum(opened), _counted("kpi_people", len(opened))),
        _kpi(
            "tokens",
            len(valid),
            t("accounts.kpi_tokens_sub", day=spoken_day(local(ends).date())) if ends else "",
        ),
    ]


def _counted(key: str, n: int, **values: str) -> str:
    return t(f"accounts.{key}{'_1' if n == 1 else ''}", n=number(n), **values)


def _kpi(name: str, value: int, sub: str) -> Payload:
    return {"id": name, "value": number(value), "sub": sub, "raw": value}


def _roles(users: list[Account]) -> list[Payload]:
    held = Counter(name for each in users if not each.disabled for name in each.roles)
    return [
        {
            "name": name,
            "said": t(f"roles.{name}"),
            "opens": t(f"roles.{name}_opens"),
            "count": held[name],
            "people": name != OF_PROGRAMS,
        }
        for name in ROLES
    ]
