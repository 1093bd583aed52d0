"""A reader of some agencies learns nothing of the others: whatever they hold, every answer is the same.

Two versions differ in the hidden agencies alone, in names, numbers and how many there are. Whatever the same
reader asks of both must come back the same to the last byte, hostile names and values included; so no name of
a hidden agency can be in it, and every number is that of the reader's own agencies.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import polars as pl
import pytest
from fastapi.testclient import TestClient

from app.accounts import ROLES
from data.advised import Advised, Answer
from data.snapshot import Snapshot
from queries.catalogue import QUERIES
from queries.selection import AGES
from tests.app.scope_world import (
    FIRST,
    HIDDEN,
    LAST,
    MINE,
    OTHERS,
    SCOPE,
    SECRETS,
    Office,
    number_of,
    publish,
)
from tests.published import app_on, visit
from tests.signed import person
from tests.updates import UPDATE, body

SELECTIONS = 1_000
OFFICES = (*MINE, *HIDDEN, *OTHERS)
HOSTILE = ("", "' OR 1=1 --", "%", "\x00", "é" * 60, "Lille&agency=Wasquehal", "{{7*7}}")
VIEWS = (
    "production-by-agency",
    "production-by-month",
    "agencies-people",
    "agencies-risk",
    "agents-pace",
    "no",
)

Json = Any
Told = tuple[int, object]  # the status of an answer, and what it says


@dataclass(frozen=True)
class World:
    """One version served, and how its reader and one who sees everything ask it."""

    place: TestClient
    snapshot: Snapshot
    reader: Mapping[str, str]
    everyone: Mapping[str, str]
    nobody: Mapping[str, str]

    def get(self, path: str, who: str = "reader") -> Told:
        answer = self.place.get(path, headers=dict(getattr(self, who)))
        return answer.status_code, self.read(answer.content, answer.headers.get("content-type", ""))

    def update(self, output: str, *values: Json, who: str = "reader") -> Json:
        """The response of a callback, None where there is nothing to say; an error state fails here."""
        spec = self.place.app.state.dash.callback_map[output]  # type: ignore[attr-defined]
        answer = self.place.post(UPDATE, json=body(output, spec, values), headers=dict(getattr(self, who)))
        assert answer.status_code in (200, 204), answer.text
        if answer.status_code == 204:
            return None
        found = answer.json()
        assert "sideUpdate" not in found, found
        return found["response"]

    def read(self, content: bytes, kind: str) -> object:
        """What an answer says, less what names the version it comes from."""
        if "spreadsheet" in kind:
            with zipfile.ZipFile(BytesIO(content)) as book:
                return {name: self.plain(book.read(name).decode()) for name in book.namelist()}
        if "parquet" in kind:
            return pl.read_parquet(BytesIO(content)).rows()
        return self.plain(content.decode())

    def plain(self, text: str) -> str:
        made = self.snapshot.created_at
        stamps = (made.isoformat(), made.strftime("%Y-%m-%dT%H:%M:%SZ"))
        for each in (self.snapshot.id, *stamps):
            text = text.replace(each, "VERSION")
        return re.sub(r'"end_id":"[^"]+"', "", text)  # drawn by each server for itself


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, World]]:
    """That with the hidden agencies, of which there is much to tell, and that with others."""
    with ExitStack() as opened:
        yield tuple(  # type: ignore[misc]
            _world(opened, tmp_path_factory.mktemp(name) / "home", hidden)
            for name, hidden in (("hidden", HIDDEN), ("others", OTHERS))
        )


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A version of the reader's own agencies and no others."""
    with ExitStack() as opened:
        yield _world(opened, tmp_path_factory.mktemp("alone") / "home", ())


def _world(opened: ExitStack, home: Path, hidden: tuple[Office, ...]) -> World:
    snapshot = publish(home, hidden)
    _answered(home, told=hidden is HIDDEN)
    reader = person(home, "luc", tuple(ROLES), SCOPE)
    everyone = person(home, "anne", tuple(ROLES))
    nobody = person(home, "zoé", tuple(ROLES), None)
    place = opened.enter_context(visit(app_on(home, demo=False, user_rate=10**9)))
    return World(place, snapshot, reader, everyone, nobody)


def _answered(home: Path, *, told: bool) -> None:
    """What was answered to recommendations: for the reader's own agency; with `told`, for hidden ones."""
    own = Answer(
        "anne", "reinforce", "Lille", "2026-03", "retained", "s", until="2026-05-12",
        plan={"agents": 2, "weeks": 6}, measured={"as_of": "2026-03-31", "measures": []},
        announced={"change": [-3.0, -2.0, -1.0]},
    )  # fmt: skip
    moves = [{"key": "k", "text": "12 dossiers Secret-type de Zuydcoote vers Lille", "cases": 12}]
    hidden = [
        Answer("zoé", "rebalance", "Nord", month, "retained", "s", until="2026-09-30",
               plan={"transfers": moves, "giver": "Zuydcoote <script>", "weeks": 8},
               measured={"as_of": f"{month}-28", "measures": []})
        for month in ("2026-05", "2026-06", "2026-07")
    ] + [
        Answer("zoé", "audit_returns", HIDDEN[0].name, "2026-02", "dismissed", "s", reason="other",
               motive="Secret-motif", measured={"as_of": "2026-02-28", "measures": []}),
        Answer("zoé", "reinforce", HIDDEN[0].name, "2026-02", "retained", "s", until="2026-03-30",
               plan={"agents": 1, "weeks": 4}, measured={"as_of": "2026-02-28", "measures": []}),
        Answer("zoé", "drift", "Secret-région", "2026-02", "snoozed", "s", until="2036-01-01",
               measured={"as_of": "2026-02-28", "measures": []}),
    ]  # fmt: skip
    advised = Advised(home)
    seen: dict[tuple[str, str], int] = {}
    for each in [own, *(hidden if told else [])]:
        seen[each.key] = advised.record(each, seen.get(each.key, 0))
    advised.close()


def selection(dice: Random) -> str:
    """A query string that a reader, or somebody who tries, may come with."""
    pairs: list[tuple[str, str]] = []
    names = [each.name for each in OFFICES] + list(HOSTILE)
    pools: dict[str, list[str]] = {
        "region": ["Nord", "Ouest", "Secret-région", *HOSTILE[:2]],
        "agency": names,
        "agent": [agent for each in OFFICES for agent in each.people] + [HOSTILE[1]],
        "case_type": ["Retraite", "Réversion", "+Invalidité", "Secret-type"],
        "status": ["closed", "open", "rejected"],
        "age": list(AGES),
        "returned": ["0", "1"],
    }
    for dim, values in pools.items():
        if dice.random() < 0.22:
            pairs += [(dim, value) for value in dice.sample(values, dice.randint(1, min(3, len(values))))]
    if dice.random() < 0.6:
        days = (LAST - FIRST).days
        since = FIRST + timedelta(dice.randrange(days))
        until = since + timedelta(dice.randrange(days))
        if dice.random() < 0.7:
            since, until = since.replace(day=1), date(until.year, until.month, 28)
        pairs += [("since", str(since)), ("until", str(until))]
    dice.shuffle(pairs)
    return urlencode(pairs)


def searched(dice: Random) -> str:
    """The same with what else an address may say."""
    more = [("compare", dice.choice(("previous", "year", "target", "network", "peers")))]
    more += [("peer", dice.choice(OFFICES).name) for _ in range(dice.randrange(3))]
    more = more if dice.random() < 0.5 else []
    return "?" + "&".join(part for part in (selection(dice), urlencode(more)) if part)


def page(world: World, dice: Random, who: str) -> object:
    """A page of views, what comes after the paint included."""
    office = dice.choice(OFFICES)
    name, path = dice.choice(
        (
            ("production", "/production"),
            ("agencies", f"/agencies/{number_of(office)}"),
            ("agents", f"/agents/{quote(dice.choice(office.people))}"),
            ("agents", "/agents/a1"),
        )
    )
    found = [world.update(f"{name}-data.data", None, None, searched(dice), path, who=who)]
    data = found[0] and found[0][f"{name}-data"]["data"]
    if data and data.get("later") and dice.random() < 0.5:
        asked = {"held": data["held"], "drawn": None}
        found.append(world.update(f"{name}-later.data", asked, who=who))
    return found


def frame(world: World, dice: Random, who: str) -> object:
    """What stands around a page, and the page's own skeleton."""
    office = dice.choice(OFFICES)
    agent = dice.choice(office.people)
    path = dice.choice(
        (
            "/production",
            "/rules",
            f"/agencies/{number_of(office)}",
            f"/agents/{agent}",
            f"/agencies/{office.name}",
        )
    )
    shown = world.update("..page.children...shown.data..", path, None, who=who)
    return shown, world.get(quote(path), who), world.get("/_dash-layout", who)


def question(world: World, dice: Random, who: str) -> object:
    """A named question over the API."""
    name = dice.choice(list(QUERIES)).replace(".", "/")
    return world.get(f"/api/v1/queries/{name}?{selection(dice)}", who)


def export(world: World, dice: Random, who: str) -> object:
    """A selection, or one card, as a file."""
    kind = dice.choice(("csv", "csv", "parquet", "xlsx"))
    view = f"&view={dice.choice(VIEWS)}" if dice.random() < 0.6 else ""
    return world.get(f"/export/{kind}?{selection(dice)}{view}", who)


def cases(world: World, dice: Random, who: str) -> object:
    """The list of cases, one of them, or their file."""
    part = dice.choice(("all", "late", "at_risk", "returned", "closed", "treated", "open", "stock"))
    listed = f"list={part}&{selection(dice)}"
    kind = dice.choice(("csv", "parquet"))
    office, other = dice.choice(OFFICES), dice.choice(OFFICES)
    one = urlencode({"id": f"{office.name[:8]}-{dice.randrange(700)}", "agency": other.name})
    rows = f"/cases/rows?{listed}&start={dice.randrange(50)}&count=40"
    return world.get(dice.choice((rows, f"/cases/one?{one}", f"/export/cases.{kind}?{listed}")), who)


def search(world: World, dice: Random, who: str) -> object:
    """The search dialog."""
    office = dice.choice(OFFICES)
    names = (office.name[: dice.randint(1, 12)], office.region, dice.choice(office.people))
    typed = dice.choice((*names, "Lille", "Secret", "z", "n"))
    return world.get(f"/find?{urlencode({'q': typed})}", who)


def rules(world: World, dice: Random, who: str) -> object:
    """The page of the rules, other limits, or its file."""
    office = dice.choice(OFFICES)
    rule = dice.choice(("reinforce", "rebalance", "audit_returns", "old_stock", "drift"))
    limits = [dice.uniform(0, 25) for _ in range(1 if rule in ("rebalance", "audit_returns") else 2)]
    place = urlencode({"place": dice.choice(("", office.name, "Nord", "Secret-région"))})
    match dice.randrange(3):
        case 0:
            return world.update("rules-data.data", {"t": 1}, who=who)
        case 1:
            return world.update("rules-tried.data", {"rule": rule, "limits": limits, "t": 1}, who=who)
    return world.get(f"/export/rules/{dice.choice(('csv', 'xlsx'))}?{place}", who)


def plan(world: World, dice: Random, who: str) -> object:
    """Another plan for a recommendation."""
    office = dice.choice(OFFICES)
    of = dice.choice((f"reinforce:{office.name}", f"audit_returns:{office.name}", "rebalance:Nord"))
    kept = [f"{office.name}>{dice.choice(OFFICES).name}>Retraite"] if dice.random() < 0.5 else None
    asked = {"agents": dice.choice((None, 1, 2)), "weeks": dice.choice((None, 4)), "transfers": kept}
    where = dice.choice(("", selection(dice)))
    trying = {"id": f"{of}:2026-07-01", "plan": asked, "selection": where, "t": 1}
    return world.update("advice-tried.data", trying, who=who)


SURFACES: tuple[Callable[[World, Random, str], object], ...] = (
    page, page, page, frame, question, question, export, cases, search, rules, plan,
)  # fmt: skip


@pytest.mark.parametrize("part", range(4))
def test_no_answer_tells_of_what_is_hidden(worlds: tuple[World, World], part: int) -> None:
    hidden, others = worlds
    for number in range(part, SELECTIONS, 4):
        surface = SURFACES[number % len(SURFACES)]
        if number % 3 == 0:  # somebody who sees everything has just asked the same: no cache hands it on
            surface(hidden, Random(number), "everyone")
        told = hidden.plain(repr(surface(hidden, Random(number), "reader")))
        again = others.plain(repr(surface(others, Random(number), "reader")))
        assert told == again, f"{surface.__name__} {number}: {apart(told, again)}"


def test_what_is_told_is_worked_out_on_the_readers_agencies_alone(
    worlds: tuple[World, World], alone: World
) -> None:
    for number in range(60):
        told = question(worlds[0], Random(number), "reader")
        assert told == question(alone, Random(number), "everyone"), number


def test_who_sees_no_agency_is_told_of_none(worlds: tuple[World, World]) -> None:
    hidden, _ = worlds
    asked = ["/_dash-layout", "/find?q=a1", "/cases/rows", "/saved"]
    asked += [f"/api/v1/queries/{name.replace('.', '/')}" for name in QUERIES if name != "targets.targets"]
    asked += [f"/export/{kind}" for kind in ("csv", "xlsx", "parquet", "rules/csv", "cases.csv")]
    told = [hidden.get(path, "nobody") for path in asked]
    told += [hidden.update("production-data.data", None, None, "", "/production", who="nobody")]
    told += [hidden.update("rules-data.data", {"t": 1}, who="nobody")]
    names = {name for each in OFFICES for name in (each.name, each.region, *each.people) if len(name) > 2}
    assert [name for name in (*names, "Secret-") if name in repr(told)] == []


def apart(one: str, other: str) -> str:
    """Where two texts part."""
    at = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return f"\n{one[max(0, at - 300) : at + 300]}\n--\n{other[max(0, at - 300) : at + 300]}"


def test_who_sees_everything_is_told_of_it(worlds: tuple[World, World]) -> None:
    """The names that the reader must not find are there to be found."""
    asked = [(SURFACES[number % len(SURFACES)], Random(number)) for number in range(66)]
    told = "".join(repr(surface(worlds[0], dice, "everyone")) for surface, dice in asked)
    assert [name for name in SECRETS if name not in told] == []
