"""Places: what the address of a page stands for, an agency or an agent, pinned in the selection."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from app.accounts import user
from app.services import services
from data.errors import NoSnapshot
from queries import places
from queries.selection import Selection

PINNED = ("region", "agency", "agent")


class UnknownPlace(Exception):
    """No such agency or agent, or none that the reader may see: the two are told alike."""


@dataclass(frozen=True)
class Place:
    """`dim` is `agency` or `agent`, `value` its name as cases bear it, `id` the one in its address.

    `agencies` are those it works in: the agency itself for an agency. `peers` are the agencies most like it.
    """

    dim: str
    value: str
    id: str
    region: str = ""
    agencies: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()

    def pin(self, selection: Selection) -> Selection:
        """The selection on this place alone."""
        pinned = {"agency": self.agencies} | ({"agent": (self.value,)} if self.dim == "agent" else {})
        return Selection(selection.since, selection.until, {**self.leave(selection).picks, **pinned})

    def leave(self, selection: Selection) -> Selection:
        """The selection without anything a place decides."""
        for dim in PINNED:
            selection = selection.without(dim)
        return selection


def agency(name: str) -> Place:
    """The agency with that id. Raises UnknownPlace."""
    offices = services().run(places.offices, Selection(), user().scope)
    found = offices.filter(pl.col("agency_id") == name)
    if found.is_empty():
        raise UnknownPlace(name)
    office = found.row(0, named=True)
    return Place("agency", office["agency"], name, office["region"], (office["agency"],))


def agent(name: str) -> Place:
    """The agent with that id, where the reader may see one of their agencies. Raises UnknownPlace."""
    found = services().run(places.people, Selection(picks={"agent": (name,)}), user().scope)
    if found.is_empty():
        raise UnknownPlace(name)
    return Place("agent", name, name, found["region"][0], tuple(found["agency"]))


def known(find: Callable[[str], Place], name: str) -> bool:
    """Whether `find` finds it; nowhere where nothing is published."""
    try:
        find(name)
    except (UnknownPlace, NoSnapshot):
        return False
    return True
