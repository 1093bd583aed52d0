"""The reference file gives the figures its users know."""

from pathlib import Path

import pytest

from data.snapshot import current
from queries import production as ask
from tests.engines.engines import on

KNOWN = {
    "rows": 300,
    "treated": 2805,
    "closed": 943,
    "mean_delay": 22.6246,
    "late_share": 0.6214,
    "return_rate": 0.0560,
    "returned_share": None,
    "row_mean_delay": 22.7267,
    "row_mean_return_rate": 0.097995,
    "stock": None,
    "workload_per_fte": None,
}


def test_the_reference_file_gives_its_known_indicators(reference_home: Path) -> None:
    row = on(current(reference_home)).run(ask.kpis).row(0, named=True)
    assert row == {
        name: value if value is None else pytest.approx(value, abs=6e-5) for name, value in KNOWN.items()
    }


def test_the_treated_of_its_agencies_spread_as_known(reference_home: Path) -> None:
    spread = on(current(reference_home)).run(ask.treated_by_agency)["treated"].std()
    assert spread == pytest.approx(154.298, abs=1e-3)
