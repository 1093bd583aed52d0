"""At the right of the header: who is signed in, what they may do and see, their account, the way out."""

import hashlib

from dash import html
from dash.development.base_component import Component

from app import reach, rights
from app.accounts import user
from app.services import services
from app.texts import t
from app.widgets import aria, data, icon

LETTERS = 2  # of the initials
MARKED = 12  # hexadecimal characters that tell readers of one browser apart


def user_menu() -> list[Component]:
    """The menu; in demonstration mode the badge that says so, for nobody is signed in."""
    if services().settings.demo:
        return [html.Span(t("shell.demonstration"), className="demo", title=t("shell.demonstration_why"))]
    name = user().label or user().name
    return [
        html.Details(
            [
                html.Summary(
                    html.Span(initials(name), className="who-in"),
                    className="icb who",
                    **aria(label=t("who.menu", letters=initials(name), name=name)),
                ),
                html.Div([_who(name), *_ways()], className="panel right"),
            ],
            className="menu",
            id="menu-user",
        )
    ]


def mark() -> str:
    """What a browser keeps for its reader bears this: the next reader of it finds nothing. "" for none."""
    if services().settings.demo:
        return ""
    return hashlib.sha256(f"mark:{user().name}".encode()).hexdigest()[:MARKED]


def initials(name: str) -> str:
    """« LG » for Luc Garnier, « LG » for luc.garnier@caisse.fr, « L » for luc."""
    words = [word for word in name.partition("@")[0].replace(".", " ").replace("-", " ").split() if word]
    letters = [word[0] for word in (words[0], words[-1])][: min(LETTERS, len(words))] if words else ["?"]
    return "".join(letters).upper()


def _who(name: str) -> Component:
    facts = (
        ("roles", ", ".join(rights.roles(user().roles)) or t("who.no_role")),
        ("agencies", reach.words()),
    )
    return html.Div(
        [
            html.B(name, className="n"),
            html.Div(user().name, className="sub") if name != user().name else None,
            html.Dl([html.Div([html.Dt(t(f"who.{key}")), html.Dd(value)]) for key, value in facts]),
        ],
        className="who-is",
    )


def _ways() -> list[Component]:
    return [
        html.A([icon("person-gear"), t("who.account")], href="/account", className="item", target="_self"),
        html.Button([icon("box-arrow-right"), t("who.leave")], className="item", **data(action="signOut")),
    ]
