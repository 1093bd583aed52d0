"""Row 7 of the performance table: one client's score over HTTP, fetch and journal included, and its parts."""

import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from data import snapshot
from data.durable import remove_tree
from data.simulate import simulate
from models.scorer import Scorer
from models.stored import verified
from tests.browser.server import Server
from tests.scored import scoring_on
from tests.trained import quick_model

TITLE = "The score and exact reasons of one client of 100,000, one client at a time (ms)"
SIZES = (10_000,)  # cases beside them
ON_DEMAND = ()
CLIENTS, TREES = 100_000, 500
ASKED, WARM = 500, 50
REACH_HTTP, REACH_SCORER = 10, 1  # p95, p99


def rows(sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """A row per way to the same score."""
    for cases in sizes:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            simulate(home, cases=cases, clients=CLIENTS)
            card = quick_model(home, trees=TREES)
            yield from _in_process(home, card.version)
            yield from _over_http(home)
            remove_tree(home)


def _in_process(home: Path, version: int) -> Iterator[dict[str, Any]]:
    with scoring_on(home) as scoring:
        ids = _ids(home)
        values = {client: scoring.consult(client, "review").values for client in ids}
        scorer = Scorer(verified(home, version))
        features = len(scorer.card.features)
        yield _measured("scorer alone", features, lambda c: scorer.explain(values[c]), ids, REACH_SCORER)
        yield _measured("fetch, score, journal", features, lambda c: scoring.consult(c, "review"), ids, None)


def _over_http(home: Path) -> Iterator[dict[str, Any]]:
    server = Server(home)
    server.start()
    line = HTTPConnection("127.0.0.1", server.port)

    def ask(method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        headers = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
        line.request(method, path, body, headers)
        answer = line.getresponse()
        told: dict[str, Any] = json.loads(answer.read())
        assert answer.status == 200, told
        return told

    try:
        ids = _ids(home)
        features = len(ask("GET", f"/api/v1/clients/{ids[0]}/score")["reasons"])
        sent = json.dumps({"features": {}}).encode()
        ways: dict[str, Callable[[int], object]] = {
            "GET score": lambda client: ask("GET", f"/api/v1/clients/{client}/score"),
            "GET explanation": lambda client: ask("GET", f"/api/v1/clients/{client}/explanation"),
            "POST score": lambda _client: ask("POST", "/api/v1/score", sent),
        }
        for name, way in ways.items():
            yield _measured(name, features, way, ids, REACH_HTTP)
    finally:
        line.close()
        server.stop()


def _measured(
    way: str, features: int, ask: Callable[[int], object], ids: Sequence[int], reach: float | None
) -> dict[str, Any]:
    times = []
    for client in ids:
        started = time.perf_counter()
        ask(client)
        times.append((time.perf_counter() - started) * 1000)
    ordered = sorted(times[WARM:])
    return {
        "way": way,
        "features": features,
        "median": statistics.median(ordered),
        "p95": ordered[int(len(ordered) * 0.95)],
        "p99": ordered[int(len(ordered) * 0.99)],
        "reach": reach,
    }


def _ids(home: Path) -> list[int]:
    """Different clients, so that nothing is kept from before."""
    with scoring_on(home) as scoring:
        known = scoring.sample()["client_id"].to_list()
    assert snapshot.current(home).tables["credits"] == CLIENTS
    return random.Random(7).sample(known, ASKED + WARM)
