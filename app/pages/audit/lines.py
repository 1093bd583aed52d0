"""Lines of the journal in words; of a score it is only said that there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app import consultation, rights
from app.audit import ACTIONS
from app.consultation import API, COMMAND
from app.moments import local, spoken
from app.services import services
from app.texts import number, t
from data.audit import Line
from data.users import Account

Payload = dict[str, Any]
OF_A_PROGRAM = "token:"
DEMONSTRATION = "demonstration"
OF_PROGRAMS = (API, COMMAND)
PURPOSES = (*consultation.PURPOSES, *OF_PROGRAMS)
SHORT = 6  # characters of a pseudonym
SHOWS = {
    "score.viewed": ("eye", ""),
    "score.assessed": ("eye", ""),
    "case.viewed": ("eye", ""),
    "sheet.made": ("file-earmark-pdf", ""),
    "decision.followed": ("check2", "ok"),
    "decision.other": ("arrow-left-right", "md"),
    "advice.answered": ("chat-left-text", ""),
    "sign_in.failed": ("slash-circle", "hi"),
    "access.refused": ("slash-circle", "hi"),
    "signed_in": ("box-arrow-in-right", ""),
    "signed_out": ("box-arrow-right", ""),
    "session.ended": ("box-arrow-right", ""),
    "user.disabled": ("slash-circle", "md"),
    "audit.verified": ("shield-check", "ok"),
    "audit.pruned": ("trash", "md"),
    "person.erased": ("trash", "md"),
    "volume.filed": ("archive", ""),
}
BY_AREA = {
    "user": "person-gear",
    "token": "key",
    "password": "key",
    "audit": "journal-check",
    "person": "person-vcard",
    "model": "graph-up",
    "data": "archive",
    "backup": "archive",
}


class Who:
    """Names as people say them, of accounts, programs and commands; read once for a page."""

    def __init__(self, accounts: list[Account]) -> None:
        self.accounts = {each.name: each for each in accounts}

    @classmethod
    def now(cls) -> Who:
        """Those there are. Raises JournalFailed."""
        return cls(services().stores.users.all())

    def label(self, who: str) -> str:
        """« Inès Laurent », or the name itself."""
        if who.startswith(OF_A_PROGRAM):
            return who.removeprefix(OF_A_PROGRAM)
        if who == DEMONSTRATION:
            return t("audit.demonstration")
        return self.accounts[who].label if who in self.accounts else who

    def sub(self, who: str) -> str:
        """What they are: roles and agencies, a program, a command, somebody unknown."""
        if who.startswith(OF_A_PROGRAM):
            return t("audit.program")
        if who == DEMONSTRATION:
            return ""
        account = self.accounts.get(who)
        if account is None:
            return t("audit.no_account")
        several = len(rights.agencies(account.scope))
        where = {
            rights.EVERY: t("accounts.every_agency"),
            rights.SOME: rights.scope(account.scope)
            if several < 3
            else t("audit.agencies", n=number(several)),
        }.get(rights.reach(account.scope))
        return ", ".join([*rights.roles(account.roles), *([where] if where else [])])


def row(line: Line, who: Who, unusual: frozenset[tuple[str, str]] = frozenset()) -> Payload:
    """A line of the list; `unusual` has the people and days of too much."""
    moment = spoken(line.at)
    if line.erased:
        return {
            "id": line.id,
            "number": number(line.id),
            "at": moment,
            "exact": exact(line.at),
            "erased": True,
            "hash": line.hash,
        }
    action = str(line.action)
    symbol, tone = SHOWS.get(action, (BY_AREA.get(action.partition(".")[0], _symbol(action)), ""))
    return {
        "id": line.id,
        "number": number(line.id),
        "at": moment,
        "exact": exact(line.at),
        "erased": False,
        "who": line.who,
        "label": who.label(str(line.who)),
        "sub": who.sub(str(line.who)),
        "subject": line.subject or "",
        "short": f"{line.subject[:SHORT]}…" if line.subject else "",
        "purpose": purpose(line.purpose),
        "masked": line.masked,
        "model": line.model_version or "",
        "action": action_words(action),
        "icon": symbol,
        "tone": tone,
        "said": said(line.details),
        "details": [[name, _plain(value)] for name, value in sorted(line.details.items())],
        "hash": line.hash,
        "unusual": (str(line.who), str(local(line.at).date())) in unusual,
    }


def exact(moment: str) -> str:
    """« 2026-11-21 20:52:06 +0100 »."""
    return f"{local(moment):%Y-%m-%d %H:%M:%S %z}"


def _symbol(action: str) -> str:
    return "download" if action.endswith("exported") else "info-circle"


def action_words(action: str) -> str:
    """« Score consulté »; an action that is no longer known stays as it is written."""
    return t(f"audit.action_{action.replace('.', '_')}") if action in ACTIONS else action


def purpose(code: str | None) -> str:
    """« Réclamation du client »; nothing without one."""
    if not code:
        return ""
    if code in OF_PROGRAMS:
        return t(f"audit.purpose_{code}")
    return t(f"client.purpose_{code}") if code in PURPOSES else code


def median_words(value: float | None) -> str:
    """« 31 », « 33,5 », « — »."""
    return "—" if value is None else number(value, 0 if value == int(value) else 1)


def said(details: Mapping[str, Any]) -> str:
    """What else is to be known, in few words."""
    return ", ".join(spell(details[name]) for name, spell in SPELT.items() if details.get(name))


def _named(key: str) -> Callable[[Any], str]:
    return lambda value: t(f"audit.detail_{key}", value=_plain(value))


def _counted(key: str) -> Callable[[Any], str]:
    return lambda value: t(f"audit.detail_{key}", n=number(value) if isinstance(value, int) else value)


SPELT: Mapping[str, Callable[[Any], str]] = {
    "account": _named("account"),
    "token": _named("token"),
    "motive": _named("motive"),
    "permission": _named("permission"),
    "rows": _counted("rows"),
    "lines": _counted("lines"),
    "breaks": _counted("breaks"),
    "count": _counted("count"),
    "roles": lambda value: ", ".join(rights.roles(value)) if isinstance(value, list) else "",
    "version": _named("version"),
}


def _plain(value: Any) -> str:
    """A value of JSON as text: lists and members on one line."""
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_plain(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(each) for each in value)
    return "" if value is None else str(value)
