"""Who is at the server: people of several roles and scopes, each signed in, and what there is to look at."""

import random
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from app.identity import CSRF_COOKIE, CSRF_HEADER, csrf_of, session_cookie
from app.pages.production import home_query
from app.settings import Settings
from data import snapshot
from data.sessions import Sessions
from data.users import Users
from queries import places, production
from queries.duckdb_engine import DuckdbEngine
from queries.selection import Selection
from tests.load.wire import Line

FIRST_CLIENT = 100_001  # of the simulated ones
# Of twenty people: their role, and how many agencies they see; 0 stands for all.
STAFF = (
    *[("manager", 1)] * 9,
    *[("analyst", 3)] * 3,
    *[("analyst", 0)] * 2,
    *[("executive", 0)] * 3,
    *[("officer", 0)] * 3,
)


@dataclass(frozen=True)
class World:
    """What there is to look at: agencies (id, name), agents by the name of their agency, the usual period."""

    agencies: tuple[tuple[str, str], ...]
    agents: dict[str, list[str]]
    types: tuple[str, ...]
    period: str
    clients: int


@dataclass(frozen=True)
class Person:
    """Somebody at a browser that is signed in; `agencies` are those they see."""

    role: str
    agencies: tuple[tuple[str, str], ...]
    world: World
    line: Line
    chance: random.Random


def world(home: Path, clients: int) -> World:
    """Read from the snapshot that is current."""
    served = snapshot.current(home)
    engine = DuckdbEngine(served)
    try:
        offices = engine.run(places.offices, scope=Selection())
        people = engine.run(places.people, scope=Selection())
        types = engine.run(production.cases_by_type, scope=Selection())["case_type"]
    finally:
        engine.close()
    return World(
        agencies=tuple(offices.select("agency_id", "agency").iter_rows()),
        agents=dict(people.group_by("agency").agg(pl.col("agent")).iter_rows()),
        types=tuple(types),
        period=home_query(served),
        clients=clients,
    )


def staff(home: Path, port: int, there: World, count: int, *, seed: int = 7) -> list[Person]:
    """That many people, with an account and a session each; the same ones for the same seed."""
    chance = random.Random(seed)
    users, sessions = Users(home), Sessions(home)
    cookie = session_cookie(Settings(home=home, port=port))
    try:
        found = []
        for number in range(count):
            role, several = STAFF[number % len(STAFF)]
            seen = tuple(chance.sample(there.agencies, several)) if several else there.agencies
            scope = str(Selection(picks={"agency": tuple(name for _, name in seen)})) if several else ""
            account = users.named(f"load-{number}") or users.add(f"load-{number}", [role], scope)
            if (account.roles, account.scope) != ((role,), scope):
                users.change(account.id, [role], scope, account.label)
            token = sessions.open(account.id, "password", "load")
            line = Line(port, _headers(cookie, token, port))
            found.append(Person(role, seen, there, line, random.Random(seed * 100_003 + number)))
        return found
    finally:
        users.close()
        sessions.close()


def _headers(cookie: str, token: str, port: int) -> dict[str, str]:
    """What a page of ours sends along."""
    return {
        "cookie": f"{cookie}={token}; {CSRF_COOKIE}={csrf_of(token)}",
        CSRF_HEADER: csrf_of(token),
        "origin": f"http://127.0.0.1:{port}",
        "sec-fetch-site": "same-origin",
        "accept": "text/html,application/json",
        "accept-encoding": "gzip",
    }
