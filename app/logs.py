"""What the server writes about itself: one JSON object per line on stderr, without personal data."""

import logging
import sys
import traceback
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict


def configure(level: str) -> None:
    """Write events from `level` up: debug, info, warning or error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where if level != "debug" else structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_names: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


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
