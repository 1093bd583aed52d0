"""Why nothing is shown, in a sentence: refusals that are known are told here, once."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from app.consultation import ConsultationOver, DecisionRefused, UnknownClient
from app.pages.clients.tries import BadChange
from app.problems import sentence
from app.services import services
from app.texts import number, t
from data.errors import DataError
from data.journal import JournalFailed

log = structlog.get_logger()


def told(asked: Mapping[str, Any], answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer with the stamp of what was asked; else `refused`, which says how to go on, and a text."""
    try:
        found = answer()
    except UnknownClient:
        found = _refused("unknown", t("clients.unknown", client=number(int(asked["client"]))))
    except ConsultationOver as error:
        found = _refused("over", sentence(error))
    except BadChange as error:
        found = _refused("change", t("clients.bad_change", feature=error))
    except DecisionRefused as error:
        found = _refused("decision", sentence(error))
    except JournalFailed as error:
        log.error("journal failed", reason=str(error))
        found = _refused("journal", t("clients.not_recorded"))
    except DataError as error:
        log.error("no score", reason=str(error))
        found = _refused("score", f"{_capital(sentence(error))} {t('clients.nothing_shown')}")
    return found | {"t": asked["t"], "asked": asked["client"]}


def problem() -> str | None:
    """Why no client can be opened now; None where one can."""
    error = services().scoring.problem
    return f"{_capital(sentence(error))} {t('clients.nothing_shown')}" if error else None


def _refused(how: str, text: str) -> dict[str, Any]:
    return {"refused": how, "text": text}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
