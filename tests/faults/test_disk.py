"""Fault 4: the disk fills up during a load."""

import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from data import snapshot
from data.pipeline import load_file
from tests.counts import count
from tests.data.tables import rows, write
from tests.faults.command import vigie

SIZES = [4, 6, 8, 10, 5, 7, 9][: count(ci=4, soak=7)]  # MB


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Callable[[], None] | None]:
    """A file system of that size at `folder`; where it may not be mounted, a limit on the files instead."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "vigie-test", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode == 0:
        try:
            yield None
        finally:
            subprocess.run(["umount", str(folder)], check=True)
    else:
        limit = megabytes * 100_000

        def limited() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        yield limited


@pytest.mark.fault
@pytest.mark.parametrize("megabytes", SIZES)
def test_a_full_disk_fails_the_load_with_its_reason_and_leaves_nothing(
    tmp_path: Path, megabytes: int
) -> None:
    large = write(tmp_path / "large.csv", rows(700_000))
    with small_disk(tmp_path / "disk", megabytes) as limited:
        home = tmp_path / "disk" / "home"
        load_file(home, "cases", write(tmp_path / "old.csv", rows(20)))
        before = snapshot.current(home)
        kept = _files(home)
        code, _, err = vigie(home, "load", "cases", str(large), before=limited)
        assert (code, err.count("\n")) == (1, 1), err
        assert "disk full" in err
        assert _files(home) == kept
        assert snapshot.current(home) == before


def _files(home: Path) -> set[Path]:
    return {path for path in home.rglob("*") if path.is_file()}
