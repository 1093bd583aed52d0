"""The Home-Credit-shaped file: whole, reproducible, with the traits it is said to have, and loadable."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data.pipeline import load_file
from data.scoring import preset
from tests.home_credit import NOT_EMPLOYED, Made, applications, write


@pytest.fixture(scope="module")
def made() -> Made:
    return applications(40_000)


def test_it_has_the_122_columns_that_the_preset_reads(made: Made) -> None:
    assert made.rows.columns[:2] == ["SK_ID_CURR", "TARGET"]
    assert made.rows.width == 122
    assert made.rows.columns[2:] == [each.name for each in preset("home_credit").loaded]


def test_its_traits_are_those_of_the_real_file(made: Made) -> None:
    rows = made.rows
    defaults = rows["TARGET"].cast(pl.Float64).to_numpy()
    assert defaults.mean() == pytest.approx(0.081, abs=0.004)
    assert defaults.mean() == pytest.approx(made.probability.mean(), abs=0.004)
    assert np.mean([column.null_count() / rows.height for column in rows]) == pytest.approx(0.24, abs=0.01)
    assert rows.filter(pl.col("DAYS_EMPLOYED") == NOT_EMPLOYED).height / rows.height == pytest.approx(
        0.18, abs=0.01
    )
    for number, expected in ((1, -0.15), (2, -0.17), (3, -0.17)):
        told = rows.drop_nulls(f"EXT_SOURCE_{number}")
        found = np.corrcoef(told[f"EXT_SOURCE_{number}"], told["TARGET"])[0, 1]
        assert found == pytest.approx(expected, abs=0.025)


def test_who_lacks_a_common_measure_of_the_building_lacks_the_rare_ones(made: Made) -> None:
    assert made.rows.filter(
        pl.col("LIVINGAREA_AVG").is_null() & pl.col("COMMONAREA_AVG").is_not_null()
    ).is_empty()


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        write(tmp_path / name, 300, seed)
    first, second, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == second != other


def test_every_row_loads_by_the_preset(tmp_path: Path) -> None:
    write(tmp_path / "application_train.csv", 1_500)
    report = load_file(tmp_path / "home", "credits", tmp_path / "application_train.csv", preset="home_credit")
    assert (report.read, report.kept, report.rejected, report.ignored) == (1_500, 1_500, 0, ())
