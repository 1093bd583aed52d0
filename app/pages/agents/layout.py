"""The page's skeleton; the views fill it."""

from dash import dcc, html
from dash.development.base_component import Component

from app import case_list, filters, places
from app.accounts import user
from app.breadcrumbs import crumbs
from app.indicators import INDICATORS
from app.pages.agents.figures import CARDS
from app.places import Place
from app.services import services
from app.texts import number, t
from app.widgets import aria, card, data, definition
from queries import places as ask
from queries.selection import Selection


def layout(name: str) -> Component:
    """The agent with that id: head, four cards, weeks, cases. Raises UnknownPlace."""
    place = places.agent(name)
    title = t("filter.agent", agent=place.value)
    return html.Div(
        [
            dcc.Store(id="agents-data"),
            filters.bar(
                title,
                crumbs=crumbs([(t("way.network"), "/production"), *_offices(place), (title, None)]),
                sub=_sub(place),
                agency_menu=False,
            ),
            html.Div(id="notices", className="notices", **aria(live="polite")),
            html.Div([_card(name) for name in CARDS], className="kpis agent-kpis", id="agents-kpis"),
            html.Div(
                [
                    card("agents-pace", t("agents.by_week"), "", columns=12, height=260, exported=False),
                    case_list.section("agents", place),
                ],
                className="grid",
            ),
        ],
        className="page agent",
    )


def _offices(place: Place) -> list[tuple[str, str | None]]:
    """The step of the agency, where the person has but one."""
    if len(place.agencies) != 1:
        return []
    offices = services().run(ask.offices, Selection(picks={"agency": place.agencies}), user().scope)
    return [(place.agencies[0], f"/agencies/{identifier}") for identifier in offices["agency_id"]]


def _sub(place: Place) -> str:
    """« Lille. Compétent sur 4 types sur 5. 1,0 ETP », as far as it is known."""
    found = services().run(ask.people, Selection(picks={"agent": (place.value,)}), user().scope)
    parts = [", ".join(place.agencies)]
    skills = found["skills"][0]
    if skills:
        parts.append(t("agents.skills", count=number(len(skills.split(","))), types=number(_types())))
    if found["agent_fte"][0] is not None:
        parts.append(t("agents.fte", fte=number(found["agent_fte"][0], 1)))
    return ". ".join(parts)


def _types() -> int:
    return len(services().members()["case_type"])


def _card(name: str) -> Component:
    label = t(f"agents.{name}_label")
    about = [html.H3(label), html.P(t(f"agents.{name}_formula"))]
    if name in INDICATORS:
        about.append(html.P(INDICATORS[name].formula))
    return html.Div(
        [
            html.Div([html.H2(label, className="lab-t"), definition(about, label)], className="lab"),
            html.Div(
                [
                    html.Div([html.Span("…", className="v"), html.Small("")], className="val sk-val"),
                    html.Div([html.Span(className="a"), html.Span(className="l")], className="spark"),
                ],
                className="top-row",
            ),
            html.Div(className="refs"),
            html.Div([html.Span("", className="tl"), html.Span("", className="st")], className="tgt"),
        ],
        className="card-x kpi",
        **data(kpi=name, raw=""),
    )
