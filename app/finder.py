"""What the search dialog finds: agencies, agents, cases, a client's number, pages and saved views.

Each kind by its permission and within the reader's scope: what they may not see is not there.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from app import saved, shell
from app.accounts import user
from app.services import services
from app.state import State
from app.texts import t
from app.top_bar import SOUGHT
from data.errors import NoSnapshot
from data.saved_views import plain
from data.store import JournalFailed
from queries import places
from queries.query import Query
from queries.selection import Selection

LONGEST = 100  # characters typed
SHORTEST_ID = 2  # characters of an agent's or a case's
MOST = 6  # of a kind
CLIENT_DIGITS = 18
NOT = 9  # the rank of a name that does not match
APART = str.maketrans("-'’", "   ")

Item = dict[str, Any]


def find(typed: str) -> list[dict[str, Any]]:
    """The groups that have something: {"kind", "items"}; an item has `label`, `sub`, and `href` or
    `client`; a page's `icon` too.

    With nothing typed, the pages and the saved views. Raises QueryTimeout.
    """
    wanted = " ".join(typed.split())
    if len(wanted) > LONGEST or not wanted.isprintable():
        return []
    finders = {"agency": _agencies, "agent": _agents, "case": _cases, "client": _client}
    may = user().permissions
    found = {kind: finders[kind](wanted) for kind, need in SOUGHT.items() if need in may and wanted}
    found |= {"view": _views(wanted), "page": _pages(wanted)}
    return [{"kind": kind, "items": items} for kind, items in found.items() if items]


def _agencies(wanted: str) -> list[Item]:
    """By name without accents: those that begin so, then a word in them, then anywhere."""
    try:
        offices = services().run(places.offices, Selection(), user().scope)
    except NoSnapshot:
        return []
    rows = list(offices.select("agency", "region", "agency_id").iter_rows())
    best = _best(wanted, (row[0] for row in rows))
    return [
        {"label": name, "sub": region or "", "href": f"/agencies/{quote(number, safe='')}"}
        for place in best
        for name, region, number in [rows[place]]
    ]


def _agents(wanted: str) -> list[Item]:
    items = []
    for agent, agency, agencies in _like(places.agents_like, wanted):
        others = min(agencies - 1, 2)
        sub = t(f"find.agencies_{others}", agency=agency, more=agencies - 1)
        label, href = t("way.agent", agent=agent), f"/agents/{quote(agent, safe='')}"
        items.append({"label": label, "sub": sub, "href": href})
    return items


def _cases(wanted: str) -> list[Item]:
    """A case opens on the page of its agency."""
    found = list(_like(places.cases_like, wanted))
    if not found:
        return []
    offices = services().run(places.offices, Selection(), user().scope)
    numbers = dict(offices.select("agency", "agency_id").iter_rows())
    return [
        {
            "label": t("find.case", id=case_id),
            "sub": f"{case_type or '—'} · {t(f'status.{status}')} · {agency}",
            "href": f"/agencies/{quote(numbers[agency], safe='')}?{State(also={'case': (case_id,)})}",
        }
        for case_id, agency, case_type, status in found
        if agency in numbers
    ]


def _client(wanted: str) -> list[Item]:
    """A number is offered as it is: whether anybody bears it is told to who says what for."""
    digits = wanted.replace(" ", "")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= CLIENT_DIGITS):
        return []
    return [{"label": t("find.client"), "sub": t("find.purpose"), "client": digits.lstrip("0") or "0"}]


def _views(wanted: str) -> list[Item]:
    try:
        found = saved.views()
    except JournalFailed:
        return []  # the menu of the views says so
    best = _best(wanted, (view.name for view in found))
    return [{"label": found[n].name, "sub": t("find.view"), "href": found[n].address} for n in best]


def _pages(wanted: str) -> list[Item]:
    pages = [page for page in shell.visible() if page.ALONE]
    titles = [t(f"{page.NAME}.title") for page in pages]
    best = _best(wanted, titles)
    return [{"label": titles[n], "sub": "", "href": pages[n].PATH, "icon": pages[n].ICON} for n in best]


def _like(query: Query, wanted: str) -> Iterator[tuple[Any, ...]]:
    """The rows whose id begins as typed, in either case of its letters, spaces apart."""
    beginning = wanted.replace(" ", "")
    if len(beginning) < SHORTEST_ID:
        return iter(())
    try:
        _, facts = services().facts()
        values = {"wanted": beginning, "upper": beginning.upper()}
        return facts.run(query, Selection(), user().scope, values).iter_rows()
    except NoSnapshot:
        return iter(())


def _best(wanted: str, names: Iterable[str]) -> list[int]:
    """The places of the names that match, the best first, at most MOST; in order where nothing is wanted."""
    key = plain(wanted)
    ranked = [(_rank(key, plain(name)), plain(name) if key else "", n) for n, name in enumerate(names)]
    return [n for rank, _, n in sorted(ranked) if rank < NOT][:MOST]


def _rank(key: str, name: str) -> int:
    """The lower the better: the name begins so, a word in it, anywhere; NOT where it does not match."""
    if name.startswith(key):
        return 0
    if f" {_words(key)}" in f" {_words(name)}":
        return 1
    return 2 if _words(key) in _words(name) else NOT


def _words(name: str) -> str:
    return name.translate(APART)
