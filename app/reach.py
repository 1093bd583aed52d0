"""How far the reader reaches: every agency, some, one or none; agents one by one or not."""

from app.accounts import user
from app.services import services
from app.state import State
from app.texts import number, t
from data.errors import NoSnapshot
from queries import places
from queries.selection import Selection

NAMED = 3  # agencies told by name


def everything() -> bool:
    """Whether the reader sees every agency."""
    return user().scope == Selection()


def nothing() -> bool:
    """Whether no agency is open to the reader."""
    return user().scope is None


def alone() -> bool:
    """Whether the reader sees one agency and no other: there is nothing to compare it with."""
    return not everything() and len(agencies()) == 1


def agencies() -> list[str]:
    """The agencies that the reader sees, by name; none where nothing is published."""
    try:
        return services().run(places.offices, Selection(), user().scope)["agency"].to_list()
    except NoSnapshot:
        return []


def words() -> str:
    """« Toutes les agences », « Lille, Rouen », « Lille, Rouen, Créteil et 4 autres », « Aucune agence »."""
    if everything():
        return t("accounts.every_agency")
    scope = user().scope
    named = list(scope.picks.get("agency", ())) if scope else []
    if not named:
        return t("who.no_agency")
    more = len(named) - NAMED
    told = ", ".join(named[:NAMED])
    return t("who.more" if more > 1 else "who.one_more", names=told, n=number(more)) if more > 0 else told


def state(text: str) -> State:
    """What an address says, as far as the reader may ask it. Raises ValueError."""
    return permitted(State.parse(text))


def permitted(asked: State) -> State:
    """The state without the agents that the reader may not see one by one."""
    may = "agent.view" in user().permissions
    return asked if may else asked.picking(asked.selection.without("agent"))
