"""How the server says no: problem+json for programs, a plain page for people."""

import secrets
from html import escape
from http import HTTPStatus

import orjson
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from app.logs import request_name
from app.texts import language, t
from data.errors import DataError

LONGEST = 200  # characters of a name told back


def reference() -> str:
    """A short name for one failure, shown to the reader and written to the log: that of its request."""
    return request_name() or secrets.token_hex(4)


def written(name: str) -> str:
    """A name from outside, fit to be told back: short, and text that can be written."""
    return name[:LONGEST].encode("utf-8", "replace").decode()


def sentence(error: DataError) -> str:
    """Why there is no answer, as a sentence of its own."""
    text = t(f"{error.area}.{error.reason}", **error.values)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def problem(status: int, detail: str, **members: object) -> Response:
    """RFC 9457: status, its title, one sentence, and what else helps (`field`, `reference`)."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return Response(orjson.dumps(body | members), status, media_type="application/problem+json")


def unread(scope: Scope, status: int) -> Response:
    """A refusal raised while a request was read or an address looked up, in the reader's words."""
    known = {
        404: "api.unknown_address",
        405: "errors.method",
        408: "errors.too_slow",
        413: "errors.too_large",
    }
    return refusal(scope, status, t(known.get(status, "api.refused")))


def refusal(scope: Scope, status: int, detail: str, **members: object) -> Response:
    """A problem, or a page saying the same where a browser goes to an address."""
    headers = HTTPConnection(scope).headers
    if "text/html" not in headers.get("accept", "") or scope["path"].startswith(("/api/", "/_dash")):
        return problem(status, detail, **members)
    page = (
        f'<!doctype html><html lang="{language()}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{status} · {t('app.name')}</title>"
        "<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui;margin:20vh auto;max-width:36rem;"
        f"padding:0 1.5rem}}</style><main><h1>{t('app.name')}</h1><p>{escape(detail)}</p>"
        f"<p><small>{t('errors.reference', reference=reference())}</small></p></main></html>"
    )
    return HTMLResponse(page, status)
