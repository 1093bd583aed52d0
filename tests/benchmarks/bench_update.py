"""Row 2 of the performance table: the same update on the server, with the whole page's questions."""

import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from app.accounts import DEMONSTRATION, acting
from app.asking import Asking
from app.crossfilter import Payload, update
from app.filters import frame
from app.pages.production import PAGE, VIEWS
from app.services import Services, serving
from app.settings import Settings
from data.durable import remove_tree
from data.simulate import simulate
from queries.duckdb_engine import DuckdbEngine
from queries.selection import Selection
from tests.benchmarks.bench_start import serving as serve
from tests.benchmarks.bench_start import wait_for
from tests.browser.server import free_port

TITLE = "The update of the page after a click on an agency, on the server (ms)"
SIZES = (1_000_000, 10_000_000)
ON_DEMAND = (100_000_000,)
CLICKS = 60
PERIOD = "since=2025-11-01&until=2026-10-31"


def rows(sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Three rows per size and one for the facts: in process, over HTTP by one client, by eight at once."""
    for cases in sizes:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            simulate(home, cases=cases)
            service = Services(Settings(home=home, log_level="error"))
            yield row("cubes, in process", cases, in_process(service), 15)
            yield row("the same questions on the facts (DuckDB)", cases, on_facts(service), None)
            names = agencies(service)
            service.close()
            port = free_port()
            address = f"http://127.0.0.1:{port}"
            with serve(home, port):
                wait_for(f"{address}/ready")
                for clients, reach in ((1, 15), (8, 60)):
                    yield row(
                        f"`vigie serve`, {clients} at once", cases, over_http(address, names, clients), reach
                    )
            remove_tree(home)


def row(way: str, cases: int, times: list[float], reach: int | None) -> dict[str, Any]:
    """Milliseconds."""
    ordered = sorted(times)
    return {
        "way": way,
        "cases": cases,
        "median": statistics.median(ordered),
        "p95": ordered[int(len(ordered) * 0.95)],
        "updates": len(ordered),
        "reach_p95": reach,
    }


def agencies(service: Services) -> list[str]:
    """Every agency, sorted."""
    with serving(service), acting(DEMONSTRATION):
        return service.members()["agency"]


def pick(name: str, stamp: int) -> Payload:
    """The event of a click on that agency."""
    return {"moves": [{"dim": "agency", "value": name, "multi": False}], "t": stamp}


def in_process(service: Services) -> list[float]:
    """Milliseconds of each update from event to payload, each on another agency."""
    times = []
    with serving(service), acting(DEMONSTRATION):
        held = update(PAGE, None, None, PERIOD)["held"]
        for stamp, name in enumerate(service.members()["agency"][:CLICKS], 1):
            began = time.perf_counter()
            answer = update(PAGE, pick(name, stamp), held, "")
            answer |= frame(answer["held"], held)
            times.append((time.perf_counter() - began) * 1000)
    return times


def on_facts(service: Services) -> list[float]:
    """Milliseconds of the same questions, one after the other on the facts."""
    snapshot = service.snapshot
    assert snapshot is not None
    engine = DuckdbEngine(snapshot)
    times = []
    for name in agencies(service)[:12]:
        selection = Selection.parse(PERIOD).toggle("agency", name)
        views = [view for view in VIEWS if view.own != "agency"]
        asked = {q for view in views for q in view.questions(Asking(selection, engine.days)).values() if q}
        began = time.perf_counter()
        for query, shaped in asked:
            engine.run(query, shaped, Selection())
        times.append((time.perf_counter() - began) * 1000)
    engine.close()
    return times


def over_http(address: str, names: list[str], clients: int) -> list[float]:
    """Milliseconds of whole requests, each client on agencies of its own."""

    def ask(client: int) -> list[float]:
        times = []
        with httpx.Client(base_url=address, headers={"sec-fetch-site": "same-origin"}) as place:
            held = post(place, None, None)["held"]
            for stamp, name in enumerate(names[client::8][: CLICKS // 2], 1):
                began = time.perf_counter()
                post(place, pick(name, stamp), held)
                times.append((time.perf_counter() - began) * 1000)
        return times

    with ThreadPoolExecutor(clients) as pool:
        return [taken for times in pool.map(ask, range(clients)) for taken in times]


def post(place: httpx.Client, event: Payload | None, held: Payload | None) -> Payload:
    """One update as the page asks for it."""
    body = {
        "output": "production-data.data",
        "outputs": {"id": "production-data", "property": "data"},
        "inputs": [{"id": "event", "property": "data", "value": event}],
        "changedPropIds": ["event.data"],
        "parsedChangedPropsIds": ["event.data"],
        "state": [
            {"id": "held", "property": "data", "value": held},
            {"id": "place", "property": "search", "value": PERIOD},
        ],
    }
    answer = place.post("/_dash-update-component", json=body, timeout=60)
    answer.raise_for_status()
    data: Payload = answer.json()["response"]["production-data"]["data"]
    return data
