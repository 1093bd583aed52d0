"""What the server writes about itself: one JSON object per line on stderr, without personal data.

Each line of a request has the request's name, which the reader is told when something fails, and the number
of the user. Names, selections and texts that people typed do not belong into a line.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict

from app.accounts import signed_in, user

PROGRAM, DEMONSTRATION = "program", "demonstration"  # users without a number

_request: ContextVar[str | None] = ContextVar("request", default=None)


@contextmanager
def request_named(name: str) -> Iterator[None]:
    """Write that name into every line of the block."""
    token = _request.set(name)
    try:
        yield
    finally:
        _request.reset(token)


def request_name() -> str | None:
    """The name of the request under way."""
    return _request.get()


def configure(level: str) -> None:
    """Write events from `level` up: debug, info, warning or error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _asked,
            _where if level != "debug" else structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_names: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _asked(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Which request it is of, and whose, by number."""
    if name := _request.get():
        event["request"] = name
    if signed_in():
        who = user()
        event["user"] = who.number or (PROGRAM if who.program else DEMONSTRATION)
    return event


def _where(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """An exception by its kind and the lines it passed: its message may quote what someone asked for."""
    error = event.pop("exc_info", None)
    error = sys.exc_info()[1] if error is True else error
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["lines"] = [
            f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)
        ]
    return event


def _line(event: object, **_options: object) -> str:
    return orjson.dumps(event, default=str).decode()
