"""What stands where a page does not: it is others', or nothing of it is open to the reader."""

from datetime import UTC, datetime
from types import ModuleType

import structlog
from dash import html
from dash.development.base_component import Component

from app import audit, reach, rights
from app.accounts import ROLES, user
from app.moments import clock, local
from app.problems import reference
from app.services import services
from app.texts import day, t
from app.widgets import aria, data, icon
from data.store import JournalFailed

OF_AGENCIES = frozenset({"kpi.view", "agent.view"})  # whose pages show rows of agencies
OF_CLIENTS = frozenset({"score.view"})  # and of clients, whom nothing ties to an agency

log = structlog.get_logger()


def out_of_reach(page: ModuleType) -> Component | None:
    """What stands in place of a page of which no row is the reader's; None where some may be."""
    if page.PERMISSION in OF_AGENCIES and reach.nothing():
        return _panel("no_agency", page)
    if page.PERMISSION in OF_CLIENTS and not reach.everything():
        return _panel("no_client", page)
    return None


def page(asked: ModuleType, own: list[ModuleType]) -> Component:
    """The page is reserved: to whom, who asks, what right it takes, who gives it. The refusal is recorded."""
    named = reference()
    _recorded(asked, named)
    title = t(f"{asked.NAME}.title")
    who = html.P(
        [
            t("reserved.account"),
            html.B(user().label or user().name),
            f"{_is()}. ",
            t("reserved.nothing_loaded"),
            html.B(title),
            ".",
        ]
    )
    now = local(datetime.now(UTC).isoformat())
    facts = (
        ("pages", ", ".join(t(f"{each.NAME}.title") for each in own if each.ALONE) or t("reserved.no_page")),
        ("right", [t(f"permissions.{asked.PERMISSION.replace('.', '_')}"), html.Code(asked.PERMISSION)]),
        ("opens", admins()),
        ("reference", t("reserved.at", reference=named, day=day(now.date()), time=clock(now))),
    )
    request = t("reserved.request", page=title, right=asked.PERMISSION, who=user().name, reference=named)
    return _framed(
        "lock",
        t("reserved.title", roles=_holders(asked.PERMISSION)),
        [who, _ways(own, request), html.Dl([_fact(*each) for each in facts], className="asked")],
    )


def no_page() -> Component:
    """The account opens no page at all."""
    return _framed(
        "lock",
        t("reserved.nothing_title"),
        [html.P(t("reserved.nothing", admins=admins())), _ways([], "")],
    )


def admins() -> str:
    """Those who can open what is closed, by name."""
    try:
        users = services().stores.users.all()
    except JournalFailed:
        users = []
    found = [each for each in users if "admin" in each.roles and not each.disabled]
    return ", ".join(each.label or each.name for each in found) or t("reserved.some_admin")


def _panel(kind: str, page: ModuleType) -> Component:
    """A page of the reader's on which there is nothing for them."""
    text = t(f"reserved.{kind}", admins=admins(), page=t(f"{page.NAME}.title"))
    return _framed("inbox", t(f"reserved.{kind}_title"), [html.P(text)])


def _framed(symbol: str, title: str, content: list[Component]) -> Component:
    head = html.Span(icon(symbol), className="sign", **aria(hidden="true"))
    return html.Div(
        html.Section([head, html.H1(title), *content], className="card-x reserved-in"),
        className="page reserved",
    )


def _ways(own: list[ModuleType], request: str) -> Component:
    """To a page of one's own, the request to send to who can open it, and out to another account."""
    first = next((page for page in own if page.ALONE), None)
    ways: list[Component] = []
    if first:
        label = t("reserved.go", page=t(f"{first.NAME}.title"))
        ways.append(html.A([icon(first.ICON), label], href=first.PATH, className="fb pri keeps"))
    if request:
        ask: list[str | Component] = [icon("person-plus"), t("reserved.ask")]
        ways.append(html.Button(ask, className="fb", **data(action="askAccess", request=request)))
    if not services().settings.demo:
        ways.append(html.Button(t("reserved.other"), className="fb ghost", **data(action="signOut")))
    return html.Div(ways, className="ways")


def _fact(name: str, value: str | list[str | Component]) -> Component:
    return html.Div([html.Dt(t(f"reserved.{name}")), html.Dd(value)])


def _is() -> str:
    """« , chargé de recouvrement, Lille »."""
    told = [role[:1].lower() + role[1:] for role in rights.roles(user().roles)]
    agencies = t("reserved.every_agency") if reach.everything() else reach.words()
    return "".join(f", {each}" for each in (*told, agencies))


def _holders(permission: str) -> str:
    """« aux responsables d'agence, à la direction et aux analystes »."""
    *most, last = [t(f"reserved.of_{role}") for role, may in ROLES.items() if permission in may]
    return t("reserved.and").join([", ".join(most), last]) if most else last


def _recorded(asked: ModuleType, named: str) -> None:
    """A refusal stands, written or not; of the demonstration's reader nothing is."""
    if services().settings.demo:
        return
    try:
        audit.record("access.refused", permission=asked.PERMISSION, place=asked.PATH, reference=named)
    except JournalFailed as error:
        log.error("refusal not written", reason=error.reason)
