"""What most tests start from: an empty VIGIE_HOME, and the reference file where there is one."""

import os
from pathlib import Path

import pytest

from data.durable import remove_tree
from data.pipeline import load_file


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty state directory, also the one that commands see."""
    folder = tmp_path / "home"
    monkeypatch.setenv("VIGIE_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of files written by others, from VIGIE_REFERENCE_DATA: unset skips, wrong fails."""
    named = os.environ.get("VIGIE_REFERENCE_DATA")
    if named is None:
        pytest.skip("VIGIE_REFERENCE_DATA is not set")
    folder = Path(named)
    assert reference_in(folder).is_file(), f"VIGIE_REFERENCE_DATA has no {reference_in(Path())}"
    return folder


def reference_in(folder: Path) -> Path:
    """Where the reference file lies in the folder of reference data."""
    return folder / "cnav" / "donnees_simulees_cnav.csv"


@pytest.fixture(scope="session")
def reference_file(reference_data: Path) -> Path:
    """The 300 rows of the Cnav exercise."""
    return reference_in(reference_data)


@pytest.fixture(scope="session")
def reference_home(reference_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with the reference file published; for tests that only read."""
    folder = tmp_path_factory.mktemp("reference") / "home"
    load_file(folder, "cases", reference_file, preset="cnav")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _removable(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Published versions are read-only: what pytest wants to clean up must be made writable."""
    yield
    for name in ("snapshots", "models"):
        for found in tmp_path_factory.getbasetemp().rglob(name):
            remove_tree(found)
