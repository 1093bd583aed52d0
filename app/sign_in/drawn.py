"""The pages of signing in, as plain HTML: they work without scripts."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.accounts import ROLES, signed_in, user
from app.guard import LANGUAGE_COOKIE
from app.identity import CSRF_COOKIE
from app.oidc.organisation import organisation
from app.services import services
from app.texts import LANGUAGES, language, t

ASSETS = Path(__file__).parents[2] / "assets"
A_YEAR = 31_536_000
MOST_FIELDS = 20


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("app.sign_in"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(t=t, asset=asset, version=version("vigie"))
    return made


def page(request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """The page `template`.html in the reader's language."""
    known = {
        "language": language(),
        "languages": [(code, _in_language(request, code)) for code in LANGUAGES],
        "organisation": organisation(request),  # the sign-in with its accounts: see Organisation
        "organisation_name": services().settings.organisation,
        "proof_name": CSRF_COOKIE,
        "proof": (user().csrf or "") if signed_in() else "",
        "reader": user() if signed_in() else None,
    }
    return HTMLResponse(_templates().get_template(f"{template}.html").render(known | values), status)


def other_language(request: Request) -> Response | None:
    """To the same page in the language asked for by `?language=`, without it; None where none is."""
    asked = request.query_params.get("language")
    if asked not in LANGUAGES:
        return None
    rest = urlencode([(k, v) for k, v in request.query_params.multi_items() if k != "language"])
    answer = RedirectResponse(request.url.path + (f"?{rest}" if rest else ""), 303)
    answer.set_cookie(LANGUAGE_COOKIE, asked, max_age=A_YEAR, samesite="lax")
    return answer


async def fields(request: Request) -> dict[str, str]:
    """The fields of a form, the first of each name; none where the body is no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return {}
    try:
        found = parse_qs(
            (await request.body()).decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


def asset(name: str) -> str:
    """The address of one of our files, of this version of it."""
    return f"/assets/{name}?m={(ASSETS / name).stat().st_mtime_ns:x}"


def roles(names: tuple[str, ...]) -> list[str]:
    """Roles as people say them."""
    return [t(f"roles.{name}") for name in ROLES if name in names]


def _in_language(request: Request, code: str) -> str:
    """The address that shows this page in another language; a form that was sent is not sent again."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "language"]
    return f"{request.url.path}?{urlencode([*kept, ('language', code)])}"
