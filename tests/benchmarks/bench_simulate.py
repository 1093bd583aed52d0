"""Row 5 of the performance table: simulate and publish, in a process of its own, time and peak memory."""

import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from data.child import Progress, in_child, silent
from data.simulate import simulate

TITLE = "Simulate and publish"
SIZES = (1_000_000, 10_000_000)
ON_DEMAND = (100_000_000,)
REACH_SECONDS = {10_000_000: 30, 100_000_000: 360}
REACH_MIB = {100_000_000: 4096}


def rows(sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """One row per size: cases, seconds (simulate_seconds until the last case), peak_mib, what to reach."""
    return map(measured, sizes)


def measured(cases: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as home:
        seconds, simulating, peak = in_child(published, Path(home), cases)
        for path in Path(home).rglob("*"):
            path.chmod(0o755)
    return {
        "cases": cases,
        "seconds": seconds,
        "simulate_seconds": simulating,
        "peak_mib": peak,
        "reach_seconds": REACH_SECONDS.get(cases),
        "reach_mib": REACH_MIB.get(cases),
    }


def published(home: Path, cases: int, progress: Progress = silent) -> tuple[float, float, float]:
    """Seconds in all, seconds until every case is written, peak MiB."""
    start, marks = time.perf_counter(), [0.0]

    def watched(stage: str, share: float) -> None:
        if stage == "simulate":
            marks.append(time.perf_counter() - start)
        progress(stage, share)

    simulate(home, cases=cases, progress=watched)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return time.perf_counter() - start, marks[-1], peak
