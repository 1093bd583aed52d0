"""Row 4 of the performance table: a CSV of cases to a published snapshot with its cubes."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from data.durable import remove_tree
from data.simulate import simulate
from data.snapshot import current
from tests.browser.server import ROOT

TITLE = "`vigie load cases FILE.csv`, to published with its cubes"
SIZES = (1_000_000, 10_000_000)
ON_DEMAND: tuple[int, ...] = ()
REACH_SECONDS, REACH_GIB = 60, 2.0

COLUMNS = """
SELECT case_id, strftime(day, '%d/%m/%Y') AS "Date", strftime(received_on, '%d/%m/%Y') AS "Date de réception",
       strftime(closed_on, '%d/%m/%Y') AS "Date de clôture", agency AS "Agence", region AS "Région",
       agent AS "Agent",
       case_type AS "Type de dossier", status AS "Statut", delay_days AS "Délai", documents AS "Documents",
       returns AS "Retours"
FROM facts.cases
"""


def rows(sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """One row per size, at the target for 10 M rows."""
    for cases in sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = written(Path(folder), cases)
            home = Path(folder) / "home"
            began = time.perf_counter()
            loaded(file, home)
            seconds = time.perf_counter() - began
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
            yield {
                "rows": cases,
                "file_MB": file.stat().st_size / 1e6,
                "seconds": seconds,
                "rows_per_second": int(cases / seconds),
                "reach_seconds": REACH_SECONDS,
                "peak_GiB": peak,
                "reach_GiB": REACH_GIB,
            }
            remove_tree(home)


def written(folder: Path, cases: int) -> Path:
    """A CSV of simulated cases as an agency would send it: `;`, dd/mm/yyyy, French headers."""
    simulate(folder / "simulated", cases=cases)
    file = folder / "cases.csv"
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{current(folder / 'simulated').facts}' AS facts (READ_ONLY)")
        connection.execute(f"COPY ({COLUMNS}) TO '{file}' (HEADER, DELIMITER ';')")
    remove_tree(folder / "simulated")
    return file


def loaded(file: Path, home: Path) -> None:
    """Run the command on an empty state folder. Raises CalledProcessError."""
    command = [sys.executable, "-m", "app.cli", "load", "cases", str(file)]
    environment = {**os.environ, "VIGIE_HOME": str(home)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
