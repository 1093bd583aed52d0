"""Our server with questions that never end by themselves, and a way to ask them over sockets of our own."""

import json
import socket
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection, HTTPMessage
from typing import Any, NamedTuple

import psutil  # type: ignore[import-untyped]
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from app import main
from queries import duckdb_engine
from queries.engine import Days
from queries.query import Query
from queries.selection import Selection
from tests.browser.server import Server
from tests.published import ASKS_AS_A_PAGE

ROWS = 20_000  # of which every seventh is one agent's: their fourth power of rows is never counted to the end
ENDLESS = """
SELECT count(CASE WHEN a.agency || b.agency < c.agency || d.agency THEN 1 END) AS rows
FROM selected AS a, selected AS b, selected AS c, selected AS d
"""
QUESTION = "/api/v1/queries/production/kpis?agent=p1"  # an agent is no dimension of the cubes
UPDATE = "/_dash-update-component"
PAGE = {
    "output": "production-data.data",
    "outputs": {"id": "production-data", "property": "data"},
    "inputs": [{"id": "event", "property": "data", "value": None}],
    "state": [
        {"id": "held", "property": "data", "value": None},
        {"id": "place", "property": "search", "value": "?agent=p1"},
        {"id": "place", "property": "pathname", "value": "/production"},
    ],
    "changedPropIds": ["event.data"],
}


class Told(NamedTuple):
    """An answer, read to its end."""

    status: int
    headers: HTTPMessage
    text: str


def create_app() -> FastAPI:
    """The server, every question that is asked of its facts replaced by an endless one."""
    statement = duckdb_engine.statement

    def endless(
        query: Query, selection: Selection, scope: Selection | None, days: Days
    ) -> tuple[str, dict[str, object]]:
        other = replace(query)
        other.__dict__["sql"] = ENDLESS
        return statement(other, selection, scope, days)

    duckdb_engine.statement = endless
    return main.create_app()


def ask(server: Server, path: str = QUESTION, body: Any = None, wait: float = 60) -> Told:
    """The answer to a whole request, read."""
    kind = {"content-type": "application/json"} if body is not None else {}
    given = json.dumps(body) if body is not None else None
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=wait)) as connection:
        connection.request("GET" if body is None else "POST", path, given, {**ASKS_AS_A_PAGE, **kind})
        answer = connection.getresponse()
        return Told(answer.status, answer.headers, answer.read().decode())


def begin(server: Server, path: str = QUESTION, body: Any = None) -> socket.socket:
    """A request that waits for its answer; closing the socket is to leave."""
    given = json.dumps(body).encode() if body is not None else b""
    kind = f"Content-Type: application/json\r\nContent-Length: {len(given)}\r\n" if given else ""
    head = f"{'POST' if given else 'GET'} {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    link = socket.create_connection(("127.0.0.1", server.port), 10)
    link.sendall(f"{head}Sec-Fetch-Site: same-origin\r\n{kind}\r\n".encode() + given)
    return link


def metric(server: Server, name: str, **labels: str) -> float:
    """What /metrics tells under that name, the samples with those labels added up."""
    text = ask(server, "/metrics").text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())


def under_way(server: Server) -> int:
    """How many requests wait for their answer, without the one that asks."""
    return int(metric(server, "vigie_requests_under_way")) - 1


def works(server: Server, seconds: float = 0.4) -> float:
    """The share of one core that the server takes during the next `seconds`."""
    process = psutil.Process(server.pid)
    before = sum(process.cpu_times()[:2])
    time.sleep(seconds)
    return float(sum(process.cpu_times()[:2]) - before) / seconds


def until(condition: Callable[[], bool], seconds: float = 30) -> float:
    """How long it took to become true, seconds."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, f"waited {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - started
