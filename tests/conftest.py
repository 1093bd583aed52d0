"""What most tests start from: an empty VIGIE_HOME, and the reference file where there is one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.durable import remove_tree
from data.pipeline import load_file

# What takes longest comes first: begun last, it would keep one worker busy and leave the others idle.
LONGEST = (
    "models/test_training.py",
    "faults/test_training_kills.py",
    "app/commands/test_training.py",
    "browser/test_way.py",
    "faults/test_damage.py",
    "browser/test_crossfilter.py",
    "browser/test_accessibility.py",
    "browser/test_client_page.py",
    "browser/test_client_accessibility.py",
    "browser/test_rules.py",
    "browser/test_states.py",
    "faults/test_kills.py",
    "browser/test_cases.py",
    "browser/test_client_states.py",
    "models/test_effects_in_the_world.py",
    "faults/test_credits.py",
    "faults/test_bad_files.py",
)
# Threads that learn wait for each other, and for long where another worker has the core.
LEARN = (
    "models/test_training.py",
    "models/test_registry.py",
    "faults/test_training_kills.py",
    "app/commands/test_training.py",
    "app/commands/test_scoring.py",
)
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest modules first, the others in their order."""
    places = {HERE / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="module", autouse=True)
def _cores_of_its_own(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where several workers test at once, a module that learns keeps to its worker's share of the cores."""
    cores = os.sched_getaffinity(0)
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = sorted(cores)[worker::workers]
    if share and str(request.path.relative_to(HERE)) in LEARN:
        os.sched_setaffinity(0, share)
    yield
    os.sched_setaffinity(0, cores)


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
