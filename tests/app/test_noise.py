"""The test for many rows at once is the one for two."""

import numpy as np
import polars as pl

from app.noise import means_apart
from app.significance import Sums, mean_difference


def frame(seed: int, members: list[str]) -> pl.DataFrame:
    draw = np.random.default_rng(seed)
    rows = []
    for name in members:
        size, count = int(draw.integers(1, 6)), int(draw.integers(0, 60))
        delays = draw.lognormal(3, 0.5, count) + draw.normal(0, 2)
        cases = size * count
        rows.append(
            {
                "agency": name,
                "rows": count,
                "treated": cases,
                "delay_treated": cases,
                "delay_sum": float(delays.sum()) * size,
                "delay_sq": float((delays**2).sum()) * size,
            }
        )
    return pl.DataFrame(rows)


def test_each_row_is_judged_as_it_would_be_alone() -> None:
    now, then = frame(1, [f"a{i}" for i in range(300)]), frame(2, [f"a{i}" for i in range(20, 320)])
    found = means_apart(now, then, "agency")
    before = {row["agency"]: Sums.of(row) for row in then.iter_rows(named=True)}
    verdicts = []
    for row in now.iter_rows(named=True):
        alone = mean_difference(Sums.of(row), before[row["agency"]]) if row["agency"] in before else None
        verdicts.append(alone is not None and alone.more_than_noise)
        assert found.get(row["agency"], False) == verdicts[-1], row["agency"]
    assert 0 < sum(verdicts) < len(verdicts)
