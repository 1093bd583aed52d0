"""The page's skeleton; the views fill it."""

from dash import dcc, html
from dash.development.base_component import Component

from app import case_list, filters, places, reach
from app.accounts import user
from app.breadcrumbs import crumbs
from app.cards import CARDS, kpi
from app.places import Place
from app.services import services
from app.texts import number, t
from app.widgets import aria, card
from queries import places as ask
from queries.selection import Selection


def layout(name: str) -> Component:
    """The agency with that id: head, sentence, KPI cards and the cards of the charts. Raises UnknownPlace."""
    place = places.agency(name)
    return html.Div(
        [
            *(dcc.Store(id=f"agencies-{store}") for store in ("data", "ask", "later")),
            filters.bar(
                place.value,
                crumbs=crumbs([(t("way.network"), "/production"), (place.value, None)]),
                sub=_sub(place),
            ),
            html.Div(id="notices", className="notices", **aria(live="polite")),
            _sentence(),
            html.Div([kpi(name, "agencies") for name in CARDS], className="kpis", id="agencies-kpis"),
            html.Div(
                [
                    _card("delays", columns=5, height=290),
                    _card("weeks", columns=7, height=290),
                    *_why(),
                    card(
                        "agencies-recommendations",
                        t("agencies.recommendations", name=place.value),
                        "",
                        columns=12,
                        height=240,
                        exported=False,
                    ),
                    *_coming(),
                    case_list.section("agencies", place),
                ],
                className="grid",
            ),
        ],
        className="page agency",
    )


def _why() -> list[Component]:
    """The gap to the other agencies, for who sees others, and the agents."""
    if reach.alone():
        return [_card("people", columns=12, height=410, exported=False)]
    return [_card("gap", columns=5, height=410), _card("people", columns=7, height=410, exported=False)]


def _coming() -> list[Component]:
    """The cases at risk, for who may see cases, and the days on which they fall due."""
    if "case.view" not in user().permissions:
        return [_card("days", columns=12, height=320)]
    return [_card("risk", columns=8, height=320), _card("days", columns=4, height=320)]


def _sentence() -> Component:
    return html.Section(
        html.Div(
            html.Div(className="sk", style={"height": "44px"}), id="agencies-sentence", className="view"
        ),
        className="card-x say",
        **aria(label=t("agencies.sentence"), live="polite"),
    )


def _sub(place: Place) -> str:
    """« Carsat Hauts-de-France. 41 agents, 39 ETP », as far as it is known."""
    services_, scope = services(), user().scope
    people, offices = services_.run_all(
        [(ask.people, Selection(picks={"agency": (place.value,)})), (ask.offices, place.pin(Selection()))],
        scope,
    )
    fte = offices["fte"][0] if offices.height else None
    counts = []
    if people.height:
        key = "agents" if people.height > 1 else "one_agent"
        counts.append(t(f"agencies.{key}", count=number(people.height)))
    if fte is not None:
        counts.append(t("agencies.fte", count=number(fte, 0 if float(fte).is_integer() else 1)))
    return ". ".join(part for part in (place.region, ", ".join(counts)) if part)


def _card(name: str, *, columns: int, height: int, exported: bool = True) -> Component:
    key = name.replace("-", "_")
    title, sub = t(f"agencies.{key}"), ""
    return card(f"agencies-{name}", title, sub, columns=columns, height=height, exported=exported)
