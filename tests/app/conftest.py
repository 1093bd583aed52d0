"""The simulated world that some tests of the way in look at, published once."""

from pathlib import Path

import pytest

from data.simulate import simulate

CASES = 1_000_000


@pytest.fixture(scope="session")
def simulated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A million cases of the default world; for tests that only read."""
    home = tmp_path_factory.mktemp("world") / "home"
    simulate(home, cases=CASES)
    return home
