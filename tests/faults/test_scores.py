"""Faults 5 and 9 as the server meets them: no room for the journal, a champion that rots; a killed writer."""

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from data.journal import Journal, Judged
from tests.app.test_api_scoring import ADDRESSES, CLIENT, is_problem
from tests.app.test_services import flip_a_bit
from tests.counts import count
from tests.faults.command import ROOT, vigie
from tests.faults.test_disk import small_disk
from tests.published import app_on, visit
from tests.scored import consultations, scored_home
from tests.trained import quick_model

KILLS = count(ci=10, soak=50)
WRITER = """
import sys
from pathlib import Path
from data.journal import Journal, Judged

journal = Journal(Path(sys.argv[1]))
for number in range(100_000):
    journal.consulted("anne", number, "review", Judged("1", "card", number / 7, 0.1, None))
    print(number, flush=True)
"""


@pytest.mark.fault
def test_on_a_full_disk_no_score_is_shown_and_indicators_stay(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 60) as limited:
        if limited is not None:
            pytest.skip(
                "no file system may be mounted here; tests/data/test_journal.py limits the file instead"
            )
        home = scored_home(tmp_path / "disk" / "home")
        with visit(app_on(home)) as place:
            assert place.get(CLIENT.format(999)).status_code == 200
            written = len(consultations(home))
            shown = 0
            for turn in range(30):
                fill(tmp_path / "disk" / f"ballast{turn}")
                for method, path in ADDRESSES:
                    answer = place.request(method, path, json={"features": {}} if method == "POST" else None)
                    shown += answer.status_code == 200
                    refused = answer.status_code != 200 and is_problem(answer, 503)
            assert refused
            assert "journal" in refused["detail"]
            assert place.get("/clients/999/sheet.pdf?purpose=review").status_code == 503
            assert place.get("/api/v1/queries/production/kpis").status_code == 200
            assert place.get("/ready").status_code == 200
            code, out, err = vigie(home, "score", "999")
            assert (code, out, err.count("\n")) == (1, "", 1)
            for ballast in (tmp_path / "disk").glob("ballast*"):
                ballast.unlink()
            assert len(consultations(home)) == written + shown
            assert place.get(CLIENT.format(999)).status_code == 200


@pytest.mark.fault
def test_a_champion_that_rots_under_the_server_serves_on_from_memory_and_never_from_disk(
    tmp_path: Path,
) -> None:
    home = scored_home(tmp_path / "home")
    with visit(app_on(home)) as place:
        before = place.get(CLIENT.format(999)).json()
        flip_a_bit(home / "models" / "1" / "trees.json")
        assert place.get(CLIENT.format(999)).json() == before
        card = quick_model(home, seed=8)
        wait_for_model(place, str(card.version))
        flip_a_bit(home / "models" / str(card.version) / "card.json")
    with visit(app_on(home)) as place:
        is_problem(place.get(CLIENT.format(999)), 503)


@pytest.mark.fault
def test_a_writer_killed_at_any_moment_leaves_every_line_it_spoke_of(tmp_path: Path) -> None:
    for kill in range(KILLS):
        home = tmp_path / str(kill)
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.02 * (kill + 1) / KILLS)
            writer.kill()
            spoken = 1 + writer.stdout.read().count("\n")
        lines = consultations(home)
        assert len(lines) >= spoken
        assert [line["probability"] for line in lines] == [number / 7 for number in range(len(lines))]
        journal = Journal(home)
        journal.consulted("paul", 1, "review", Judged("1", "card", 0.5, 0.1, None))
        journal.close()
        assert len(consultations(home)) == len(lines) + 1


def wait_for_model(place: TestClient, version: str) -> None:
    """Return once that version serves. Raises AssertionError after ten seconds."""
    until = time.monotonic() + 10
    while place.get("/ready").json()["model"] != version:
        assert time.monotonic() < until, place.get("/ready").text
        time.sleep(0.02)


def fill(file: Path) -> None:
    """Take all the room there is."""
    with file.open("wb", buffering=0) as ballast:
        for piece in (1 << 16, 1):
            with suppress(OSError):
                while True:
                    ballast.write(bytes(piece))
