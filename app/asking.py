"""What a view asks: its questions shaped by the selection, the place and what the reader compares with."""

from collections.abc import Callable
from dataclasses import dataclass

from app.places import Place
from queries.engine import Days
from queries.selection import Selection


@dataclass(frozen=True)
class Asking:
    """What a view's questions are shaped by.

    `selection` is the page's with what its place pins, without the view's own dimension; `compared` are the
    references asked for, of app.state.REFERENCES; `peers` the agencies that the place is compared with.
    """

    selection: Selection
    days: Days
    compared: tuple[str, ...] = ()
    place: Place | None = None
    peers: tuple[str, ...] = ()


Shape = Callable[[Asking], Selection | None]


def as_picked(asking: Asking) -> Selection:
    """The selection as it is."""
    return asking.selection


def whole_time(asking: Asking) -> Selection:
    """The same picks over all the days there are."""
    return asking.selection.during(None, None)


def everything(_asking: Asking) -> Selection:
    """Everything the reader may see."""
    return Selection()


def network(asking: Asking) -> Selection:
    """The whole network under the same period and the other picks."""
    selection = asking.selection
    for dim in ("region", "agency", "agent"):
        selection = selection.without(dim)
    return selection


def peers(asking: Asking) -> Selection | None:
    """The agencies most like the place, under the same period and the other picks; None without any."""
    if not asking.peers:
        return None
    wide = network(asking)
    return Selection(wide.since, wide.until, {**wide.picks, "agency": asking.peers})


def previous(asking: Asking) -> Selection | None:
    """The period before, None without one."""
    return asking.selection.previous()


def year_before(asking: Asking) -> Selection | None:
    """The same days a year earlier, None without a period."""
    selection = asking.selection
    return selection.year_before() if selection.since and selection.until else None


def when(reference: str, shape: Shape) -> Shape:
    """`shape` where the reader compares with `reference`, else no question."""
    return lambda asking: shape(asking) if reference in asking.compared else None
