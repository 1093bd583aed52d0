"""What a server does for the journal once a day: tell its head to the log, erase what is due, count views."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from pathlib import Path

import structlog

from data.audit import Audit
from data.erasing import prune
from data.errors import DataError
from data.sought import PARIS
from data.volume import unusual

DAY = 86_400.0  # seconds
BY = "vigie"  # who erases what is due
MONTHS = 12  # of a year

log = structlog.get_logger()


def watch(home: Path, months: int, stop: threading.Event, every: float = DAY) -> None:
    """Do it now and once a day, in a thread of its own, until `stop` is set."""

    def daily() -> None:
        audit = Audit(home)
        try:
            once(audit, home, months)
            while not stop.wait(every):
                once(audit, home, months)
        finally:
            audit.close()

    threading.Thread(target=daily, name="audit-witness", daemon=True).start()


def once(audit: Audit, home: Path, months: int) -> None:
    """The head, in a log kept elsewhere, tells later whether lines were rewritten: `vigie audit verify`."""
    try:
        today = datetime.now(PARIS).date()
        if audit.file.exists():
            prune(home, due(today, months), BY)
        head = audit.head()
        log.info("audit head", line=head.id, hash=head.hash)
        for day in (today - timedelta(1), today):
            for each in unusual(audit, day):
                log.warning("unusual volume", day=str(day), views=each.views.on_day, usual=each.views.median)
    except DataError as error:
        log.error("audit", reason=error.reason)
    except Exception:
        log.exception("audit")  # tomorrow may be better; the server serves on


def due(today: date, months: int) -> date:
    """The day that many months earlier: what is older has had its time."""
    year, month = divmod(today.year * MONTHS + today.month - 1 - months, MONTHS)
    first = date(year, month + 1, 1)
    last = (first + timedelta(31)).replace(day=1) - timedelta(1)
    return first.replace(day=min(today.day, last.day))
