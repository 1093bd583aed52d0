"""Welch's test for the rows of two answers at once: which mean delays differ by more than noise."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from app.significance import student

Array = np.ndarray


def means_apart(now: pl.DataFrame, then: pl.DataFrame, key: str) -> Mapping[str, bool]:
    """Per member that both have, whether its mean delay differs; as `significance.mean_difference` judges.

    Both hold `key` and the columns of `production.sums`.
    """
    place = {name: at for at, name in enumerate(then[key].to_list())}
    names = [name for name in now[key].to_list() if name in place]
    here = np.array([at for at, name in enumerate(now[key].to_list()) if name in place], dtype=int)
    there = np.array([place[name] for name in names], dtype=int)
    with np.errstate(divide="ignore", invalid="ignore"):
        (mean, n, error), (mean_then, m, error_then) = _means(now, here), _means(then, there)
        total = error + error_then
        freedom = total**2 / (error**2 / (n - 1) + error_then**2 / (m - 1))
        gap = np.abs(mean - mean_then)
        past = np.where(total > 0, gap > student(freedom) * np.sqrt(total), gap > 0)
    sure = past & (np.minimum(n, m) >= 2)
    return dict(zip(names, sure.tolist(), strict=True))


def _means(rows: pl.DataFrame, at: Array) -> tuple[Array, Array, Array]:
    """Mean delay of those rows, observations behind it, and the variance of that mean."""
    cases, total, squares, counted, lines = (
        rows[name].to_numpy().astype(float)[at]
        for name in ("delay_treated", "delay_sum", "delay_sq", "treated", "rows")
    )
    size = np.maximum(counted / np.maximum(lines, 1), 1)
    n = cases / size
    mean = total / cases
    return mean, n, np.maximum(squares / cases - mean**2, 0) / (n - 1)
