import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from data.audit import Audit, Entry
from data.store import JournalFailed
from tests.browser.server import ROOT
from tests.published import app_on, publish, visit
from tests.signed import person, program

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    publish(folder)
    return folder


@pytest.fixture(scope="module")
def place(home: Path) -> Iterator[TestClient]:
    with visit(app_on(home, demo=False)) as found:
        yield found


@pytest.fixture(scope="module")
def monitor(home: Path) -> dict[str, str]:
    return program(home, "prometheus", ["monitor"])


@pytest.fixture(scope="module")
def anne(home: Path) -> dict[str, str]:
    return person(home, "Anne Martin", ["analyst"])


def read(place: TestClient, monitor: dict[str, str]) -> Samples:
    answer = place.get("/metrics", headers=monitor)
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def labelled(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


def test_metrics_need_their_permission(
    place: TestClient, home: Path, monitor: dict[str, str], anne: dict[str, str]
) -> None:
    assert place.get("/metrics").status_code == 401
    assert place.get("/metrics", headers=anne).status_code == 403
    assert place.get("/metrics", headers=monitor).status_code == 200
    assert place.get("/metrics", headers=person(home, "root", ["admin"])).status_code == 200


def test_an_answer_is_counted_by_its_pattern_and_status(
    place: TestClient, monitor: dict[str, str], anne: dict[str, str]
) -> None:
    kpis = labelled(
        "vigie_requests_total", method="GET", route="/api/v1/queries/{domain}/{name}", status="200"
    )
    stranger = labelled("vigie_requests_total", method="GET", route="/production", status="401")
    before = read(place, monitor)
    place.get("/api/v1/queries/production/kpis?agency=Bobigny", headers=anne)
    place.get("/production")
    after = read(place, monitor)
    assert after[kpis] - before.get(kpis, 0) == 1
    assert after[stranger] - before.get(stranger, 0) == 1


def test_the_time_of_questions_is_told_by_engine(
    place: TestClient, monitor: dict[str, str], anne: dict[str, str]
) -> None:
    facts = labelled("vigie_query_seconds_count", engine="facts")
    cubes = labelled("vigie_query_seconds_count", engine="cubes")
    before = read(place, monitor)
    place.get("/api/v1/queries/production/kpis?since=2026-01-02&agent=p1", headers=anne)
    place.get("/api/v1/queries/production/kpis?since=2026-01-02", headers=anne)
    after = read(place, monitor)
    assert after[facts] > before.get(facts, 0)
    assert after[cubes] > before.get(cubes, 0)


def test_snapshot_sessions_memory_and_requests_under_way_are_told(
    place: TestClient, monitor: dict[str, str], anne: dict[str, str]
) -> None:
    told = read(place, monitor)
    assert told[labelled("vigie_snapshot_served")] == 1
    assert 0 <= told[labelled("vigie_snapshot_age_seconds")] < 600
    assert told[labelled("vigie_sessions")] >= 1
    assert told[labelled("vigie_memory_bytes")] > 50e6
    assert told[labelled("vigie_requests_under_way")] == 1  # the one that asks


def test_a_journal_that_cannot_be_read_is_counted(
    place: TestClient, monitor: dict[str, str], tmp_path: Path
) -> None:
    failures = labelled("vigie_journal_failures_total")
    before = read(place, monitor)
    damaged = Audit(tmp_path)
    damaged.file.write_bytes(b"no database")
    with pytest.raises(JournalFailed):
        damaged.record(Entry("audit.viewed", "anne"))
    damaged.close()
    assert read(place, monitor)[failures] - before.get(failures, 0) == 1


def test_metrics_tell_of_nobody_and_do_not_grow_with_addresses(
    place: TestClient, home: Path, monitor: dict[str, str], anne: dict[str, str]
) -> None:
    before = len(read(place, monitor))
    for name in range(30):
        place.get(f"/Durand-{name}", headers=anne)
        place.get(f"/clients/{918_273_645_546 + name}", headers=anne)
        place.get(f"/api/v1/queries/production/Durand{name}", headers=anne)
    text = place.get("/metrics", headers=monitor).text
    assert not [word for word in ("Durand", "Anne", "Martin", "91827364554", "Bobigny") if word in text]
    assert len(read(place, monitor)) - before < 60  # three patterns, however many addresses


TOLD_TOGETHER = """
import os, sys
from pathlib import Path
from app import metrics
from app.services import Services
from app.settings import Settings

metrics.arrived()
metrics.answered("GET", "/production", 200, 0.01)
if sys.argv[1] == "told":
    services = Services(Settings(home=Path(sys.argv[2])))
    print(metrics.told(services).decode())
else:
    metrics.arrived()
"""


def test_workers_are_counted_together_and_the_dead_have_nothing_under_way(tmp_path: Path) -> None:
    """Two processes after one another: the first has ended with a request under way."""
    shared = tmp_path / "shared"
    shared.mkdir()
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(shared)}

    def worker(does: str) -> str:
        command = [sys.executable, "-c", TOLD_TOGETHER, does, str(tmp_path)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout

    worker("dies")
    told = worker("told")
    assert 'vigie_requests_total{method="GET",route="/production",status="200"} 2.0' in told
    assert "vigie_requests_under_way 0.0" in told
