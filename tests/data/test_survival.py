"""How long cases stay open: the curves of the published chances, and what they announced before."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from data import chances
from data.simulate import fill
from data.survival import fitted
from tests.data.tables import ask
from tests.drawn import DEFAULTS, KINDS, published

LAST = date(2026, 6, 30)
WINDOW = chances.LENGTH * chances.SPANS
NORM = 20
Life = tuple[date, date | None]  # received, finished


def lives(count: int, seed: int, days: int = 800, usual: float = 15.0) -> list[Life]:
    """Cases received over `days` up to LAST, some of them open on it, all times whole and tied."""
    draw = np.random.default_rng(seed)
    made: list[Life] = []
    for ago, took in zip(
        draw.integers(0, days, count), draw.lognormal(np.log(usual), 0.7, count), strict=True
    ):
        received = LAST - timedelta(int(ago))
        finished = received + timedelta(int(took))
        made.append((received, finished if finished <= LAST else None))
    return made


def rows(made: Sequence[Life], **values: Any) -> pl.DataFrame:
    """The same as cases of one agency and type; the last day is LAST."""
    table = [
        DEFAULTS
        | {"day": finished or received, "received_on": received, "closed_on": finished}
        | {"status": "closed" if finished else "open", "norm_days": float(NORM)}
        | values
        for received, finished in (*made, (LAST, LAST))
    ]
    return pl.DataFrame(table, schema=KINDS)


def publish(home: Path, *frames: pl.DataFrame) -> None:
    """Publish them, numbered."""
    frame = pl.concat(frames)
    published(home, frame.insert_column(0, pl.Series("case_id", [str(n) for n in range(len(frame))])))


def curve(made: Sequence[Life], last: date, first: date = date.min) -> dict[int, float]:
    """S by age, from statsmodels, of the cases followed after `first` up to `last`, as known then."""
    times, status, entry = [], [], []
    for received, finished in made:
        ended = finished is not None and finished <= last
        until = finished if ended and finished else last
        if received > last or until <= first:
            continue
        times.append((until - received).days)
        status.append(int(ended))
        entry.append(max((first - received).days, -1))
    found = SurvfuncRight(np.array(times), np.array(status), entry=np.array(entry))
    shares, share = {}, 1.0
    at = dict(zip(found.surv_times.astype(int), found.surv_prob, strict=True))
    for age in range(chances.LONGEST):
        share = at.get(age, share)
        shares[age] = share
    return shares


def test_a_curve_is_that_of_statsmodels() -> None:
    made = lives(3_000, seed=1)
    start = LAST - timedelta(WINDOW)

    def standing(day: date) -> np.ndarray[Any, Any]:
        ages = [(day - r).days for r, f in made if r <= day and (f is None or f > day)]
        return np.bincount(ages, minlength=900)[None, :].astype(float)

    ended = [(f - r).days for r, f in made if f and start < f <= LAST]
    found = fitted(
        np.array([sum(start < r <= LAST for r, _ in made)], dtype=float),
        standing(start),
        np.bincount(ended, minlength=900)[None, :].astype(float),
        standing(LAST),
    )
    expected = curve(made, LAST, start)
    assert found.open[0, : chances.LONGEST] == pytest.approx(list(expected.values()), rel=1e-12)
    assert found.ends[0] == len(ended) > 30


def test_the_published_chances_are_those_of_statsmodels(home: Path) -> None:
    made = lives(6_000, seed=2)
    publish(home, rows(made))
    shares = curve([*made, (LAST, LAST)], LAST, LAST - timedelta(WINDOW))
    told = ask(home, "SELECT age, chance, source FROM chances ORDER BY age")
    assert len(told) > 30
    for age, chance, source in told:
        expected = shares[NORM] / shares[age] if age <= NORM else 1.0
        assert (chance, source) == (pytest.approx(expected, rel=1e-12), "agency_type")


def test_cases_are_expected_when_a_tenth_a_half_and_nine_tenths_are_finished(home: Path) -> None:
    made = lives(6_000, seed=3)
    publish(home, rows(made))
    shares = curve([*made, (LAST, LAST)], LAST, LAST - timedelta(WINDOW))
    for age, *told in ask(home, "SELECT age, expected_low, expected, expected_high FROM chances"):
        for share, day in zip((0.1, 0.5, 0.9), told, strict=True):
            past = [at for at in shares if shares[at] <= (1 - share) * shares[age] + 1e-12]
            assert day == (min(past) if past else None)


def test_exactly_that_share_is_enough() -> None:
    for count in range(2, 61, 2):
        ended = np.zeros((1, 80))
        ended[0, 1 : count + 1] = 1
        found = fitted(np.array([float(count)]), np.zeros((1, 80)), ended, np.zeros((1, 80)))
        here = np.array([0])
        assert found.finished_by(here, here, 0.5) == [count // 2]


def test_what_ended_before_the_window_does_not_speak(home: Path) -> None:
    made = lives(3_000, seed=4, days=WINDOW)
    old = [(LAST - timedelta(700 + n % 50), LAST - timedelta(600 + n % 50)) for n in range(900)]
    publish(home, rows(made))
    alone = ask(home, "SELECT age, chance, cases FROM chances ORDER BY age")
    publish(home, rows([*made, *old]))
    assert ask(home, "SELECT age, chance, cases FROM chances ORDER BY age") == alone


def test_batches_weigh_as_many_cases(home: Path) -> None:
    made = lives(400, seed=5)
    publish(home, rows(made, treated=3))
    batches = ask(home, "SELECT age, chance, cases FROM chances ORDER BY age")
    publish(home, *(rows(made) for _ in range(3)))
    assert ask(home, "SELECT age, chance, cases FROM chances ORDER BY age") == batches


FEW, MANY = lives(25, seed=6, days=60), lives(900, seed=7, days=150)


@pytest.mark.parametrize(
    ("others", "source"),
    [
        ([{"agency": "Lille", "case_type": "Réversion"}], "agency"),
        ([{"agency": "Rouen", "case_type": "pension"}], "type"),
        ([{"agency": "Rouen", "case_type": "Réversion"}], "network"),
        ([{"agency": "Lille", "case_type": "Réversion"}, {"agency": "Rouen"}], "agency"),
        ([], None),
    ],
)
def test_where_too_few_ended_the_next_wider_curve_speaks(
    home: Path, others: list[dict[str, str]], source: str | None
) -> None:
    publish(home, rows(FEW), *(rows(MANY, **other) for other in others))
    told = ask(home, "SELECT DISTINCT source FROM chances WHERE agency = 'Lille' AND case_type = 'pension'")
    assert told == ([(source,)] if source else [])


def test_each_case_is_held_to_its_own_norm(home: Path) -> None:
    publish(home, rows(MANY), rows(MANY, norm_days=30.0))
    told = ask(home, "SELECT norm_days, chance FROM chances WHERE age = 5 ORDER BY norm_days")
    assert [norm for norm, _ in told] == [20.0, 30.0]
    assert told[0][1] > told[1][1] > 0


def test_without_days_of_receipt_there_are_no_chances(home: Path) -> None:
    frame = rows(MANY).with_columns(received_on=pl.lit(None, pl.Date))
    publish(home, frame)
    assert (
        ask(home, "SELECT count(*) FROM chances") == ask(home, "SELECT count(*) FROM chance_checks") == [(0,)]
    )


def test_many_agencies_are_fitted_in_several_goes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [rows(lives(500, seed=n), agency=f"A{n}") for n in range(5)] + [
        rows(FEW, agency="A0", case_type="x")
    ]
    publish(home, *frames)
    both = "SELECT * FROM chances ORDER BY ALL", "SELECT * FROM chance_checks ORDER BY ALL"
    at_once = [ask(home, query) for query in both]
    monkeypatch.setattr(chances, "TOGETHER", 3)
    publish(home, *frames)
    assert [ask(home, query) for query in both] == at_once


def test_checks_announce_what_was_known_then_and_count_what_happened(home: Path) -> None:
    made = [*lives(5_000, seed=8, days=700, usual=17), (LAST, LAST)]
    publish(home, rows(made[:-1]))
    bands: dict[int, list[float]] = {}
    for span in range(1, chances.ASKED + 1):
        then = LAST - timedelta(span * chances.LENGTH)
        shares = curve(made, then, then - timedelta(WINDOW))
        for received, finished in made:
            age = (then - received).days
            settled = (LAST - received).days >= NORM
            if 0 <= age < NORM and settled and (finished is None or finished > then):
                chance = shares[NORM] / shares[age]
                late = finished is None or (finished - received).days > NORM
                band = bands.setdefault(min(int(chance * 10), 9), [0, 0.0, 0])
                band[:] = [band[0] + 1, band[1] + chance, band[2] + late]
    told = ask(home, "SELECT band, cases, announced, observed FROM chance_checks ORDER BY band")
    assert [band for band, *_ in told] == sorted(bands)
    for band, *values in told:
        assert values == pytest.approx(bands[band], rel=1e-9)
    asked = ask(home, "SELECT DISTINCT first_asked, last_asked FROM chance_checks")
    assert asked == [(LAST - timedelta(14 * 26), LAST - timedelta(26))]


def test_nothing_is_checked_before_a_whole_window_was_seen(home: Path) -> None:
    publish(home, rows(lives(3_000, seed=9, days=WINDOW)))
    assert ask(home, "SELECT count(*) FROM chance_checks") == [(0,)]
    assert ask(home, "SELECT count(*) > 0 FROM chances") == [(True,)]


def test_in_the_simulated_world_what_is_announced_comes_true() -> None:
    with duckdb.connect() as connection:
        fill(connection, cases=300_000)
        chances.build(connection)
        checked = connection.execute("""
            SELECT sum(cases), sum(announced) / sum(cases), sum(observed) / sum(cases)
            FROM chance_checks GROUP BY band ORDER BY band""").fetchall()
    total = sum(cases for cases, *_ in checked)
    assert sum(n * abs(announced - observed) for n, announced, observed in checked) / total < 0.03
    filled = [band for band in checked if band[0] > 1_500]
    assert len(filled) >= 7
    assert all(abs(announced - observed) < 0.06 for _, announced, observed in filled)
    assert all(before[2] < after[2] for before, after in pairwise(filled))
