"""The gap to the network adds up: exactly, and as it is shown."""

from random import Random

import polars as pl
import pytest

from app.gap import Gap, apportioned, gap, tenths


def rows(**types: tuple[int, float]) -> pl.DataFrame:
    """Per type, the closed cases and their mean delay."""
    return pl.DataFrame(
        {
            "case_type": list(types),
            "delay_treated": [count for count, _ in types.values()],
            "delay_sum": [float(count * delay) for count, delay in types.values()],
        },
        schema={"case_type": pl.String, "delay_treated": pl.Int64, "delay_sum": pl.Float64},
    )


def between(here: pl.DataFrame, wide: pl.DataFrame) -> Gap:
    found = gap(here, wide)
    assert found is not None
    return found


def test_an_agency_with_the_networks_mix_has_no_mix_effect() -> None:
    found = between(rows(a=(30, 25), b=(10, 15)), rows(a=(300, 20), b=(100, 10)))
    assert (found.mix_tenths, found.own_tenths) == (0, 50)


def test_an_agency_with_the_networks_delays_has_no_own_effect() -> None:
    found = between(rows(a=(10, 20), b=(30, 10)), rows(a=(100, 20), b=(100, 10)))
    assert (found.mix_tenths, found.own_tenths) == (-25, 0)


def test_more_of_a_slow_type_and_less_of_a_fast_one_both_lengthen() -> None:
    found = between(rows(slow=(30, 20), fast=(10, 10)), rows(slow=(100, 20), fast=(100, 10)))
    assert sorted(part.mix_tenths for part in found.parts) == [12, 13]


def test_the_exact_effects_add_up_to_the_gap() -> None:
    found = between(rows(a=(7, 31.3), b=(13, 18.7)), rows(a=(90, 22.1), b=(50, 12.4), c=(20, 40.9)))
    assert sum(part.mix + part.own for part in found.parts) == pytest.approx(found.mean - found.wide_mean)


def test_what_is_shown_adds_up_to_the_tenth_whatever_the_figures() -> None:
    draw = Random(5)
    for _ in range(300):
        types = [f"t{number}" for number in range(draw.randrange(1, 9))]
        here, wide = (
            rows(**{name: (draw.randrange(0, 60), draw.uniform(3, 70)) for name in types} | {"z": (1, 20.0)})
            for _ in range(2)
        )
        found = between(here, wide)
        assert tenths(found.wide_mean) + found.mix_tenths + found.own_tenths == tenths(found.mean)
        assert all(abs(part.own_tenths - part.own * 10) <= 1 for part in found.parts)


def test_a_type_the_network_does_not_have_is_compared_with_the_networks_mean() -> None:
    found = between(rows(only=(10, 30)), rows(usual=(100, 20)))
    assert {part.case_type: part.own_tenths for part in found.parts} == {"only": 100, "usual": 0}


def test_an_agency_without_a_closed_case_has_no_gap() -> None:
    assert gap(rows(), rows(a=(10, 20))) is None


def test_types_without_a_delay_count_for_nothing() -> None:
    assert between(rows(a=(10, 20), none=(0, 0)), rows(a=(10, 20))).tenths == 0


def test_the_largest_remainders_are_rounded_up() -> None:
    assert apportioned([1.4, 1.3, 1.3], 4) == [2, 1, 1]


def test_effects_that_shorten_are_shared_out_likewise() -> None:
    assert apportioned([-1.6, 0.4, 2.2], 1) == [-2, 1, 2]


def test_a_delay_is_rounded_as_it_is_written() -> None:
    assert [tenths(20.25), tenths(20.35), tenths(20.249)] == [202, 204, 202]
