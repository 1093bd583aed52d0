"""Whether the journal is as it was written: what the last reading of the whole of it found."""

from __future__ import annotations

from typing import Any

from app.audit import record
from app.moments import spoken
from app.services import services
from app.texts import number, t
from data.audit import Line, Sought
from data.verified import Broken

Payload = dict[str, Any]
VERIFIED = "audit.verified"


def standing() -> Payload:
    """The last reading there was, as its line says. Raises JournalFailed."""
    audit = services().stores.audit
    found = audit.lines(Sought(actions=(VERIFIED,)), 0, 1)
    lines = number(audit.count(Sought()))
    if not found:
        return {"state": "never", "title": t("audit.chain_never"), "sub": t("audit.chain_lines", n=lines)}
    return _told(found[0])


def _told(line: Line) -> Payload:
    breaks = int(line.details.get("breaks", 0))
    return {
        "state": "broken" if breaks else "whole",
        "title": _title(breaks),
        "sub": t("audit.chain_read", n=number(line.details.get("lines")), moment=spoken(line.at)),
        "head": str(line.details.get("head", "")),
    }


def verify() -> Payload:
    """Read all of it again, write down that it was done, and say what was found. Raises JournalFailed."""
    audit = services().stores.audit
    found = audit.verify()
    record(VERIFIED, lines=found.lines, breaks=found.breaks, head=found.head)
    told = _told(audit.lines(Sought(actions=(VERIFIED,)), 0, 1)[0])
    more = found.breaks - len(found.broken)
    broken = [spelt(each) for each in found.broken]
    return told | {"broken": broken, "more": t("audit.chain_more", n=number(more)) if more > 0 else ""}


def _title(breaks: int) -> str:
    if not breaks:
        return t("audit.chain_whole")
    return t("audit.chain_broken_1") if breaks == 1 else t("audit.chain_broken", n=number(breaks))


def spelt(broken: Broken) -> str:
    """« Ligne 12 : son texte a été modifié »."""
    many = "_many" if broken.last is not None else ""
    table = t(f"audit.table_{broken.table}") if broken.kind.startswith("row") else ""
    values = {"id": number(broken.id), "last": number(broken.last), "table": table}
    return t(f"audit.broken_{broken.kind}{many}", **values)
