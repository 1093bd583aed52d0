"""Rows 7 and 8 of the performance table: risk and exact reasons of one client, and of a whole portfolio."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shap
from catboost import CatBoostClassifier

from data.durable import remove_tree
from data.scoring import Value
from models import artefact, surrogate
from models.scorer import Scorer
from tests.made_up import applications, wide
from tests.trained import Floats, described, model_words, pool, publish

TITLE = "Risk and exact reasons, by number of features; 500 trees of depth 6"
SIZES = (10, 25, 40, 120)  # features, a fifth of them categories
ON_DEMAND: tuple[int, ...] = ()
REACH_P99 = 1.0  # milliseconds
REACH_ROWS = {10: 100_000, 25: 100_000, 40: 100_000, 120: 30_000}
TREES, DEPTH = 500, 6
LEARNED_FROM, PORTFOLIO = 6_000, 50_000
CLIENTS, NATIVE_CLIENTS, LIME_CLIENTS = 1_000, 100, 10
NATIVE_ROWS = 2_000
RUNS = 10


@dataclass(frozen=True)
class Bench:
    """A model as it serves and as CatBoost reads it, and the applications it is asked about."""

    scorer: Scorer
    native: CatBoostClassifier
    table: pl.DataFrame
    loaded_seconds: float

    @property
    def clients(self) -> list[dict[str, Value]]:
        return self.table.head(CLIENTS).to_dicts()

    @property
    def words(self) -> list[int]:
        return model_words(self.scorer.features)


def rows(sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Ours, then the others, in one run: one client, then a portfolio on one core."""
    for features in sizes:
        with tempfile.TemporaryDirectory() as folder:
            bench = prepared(Path(folder) / "home", features)
            yield from one_client(bench, features)
            with one_core():
                yield from portfolio(bench, features)
            remove_tree(Path(folder) / "home" / "models")


def one_client(bench: Bench, features: int) -> Iterator[dict[str, Any]]:
    """From a mapping of values to every reason in points. Milliseconds."""
    clients, built = bench.clients, bench.scorer.matrix(bench.table.head(NATIVE_CLIENTS))
    explainer = shap.TreeExplainer(bench.native)
    ours = times(bench.scorer.explain, clients, runs=RUNS)
    spent = sorted(taken(bench.scorer.explain, clients, time.thread_time))
    note = f"loaded in {bench.loaded_seconds * 1000:.0f} ms; p99 of processor time {at_99(spent):.2f} ms"
    yield row("one client", "Vigie", features, ours, note)
    asked = list(built)
    yield row(
        "one client", "CatBoost ShapValues", features, times(lambda one: native(bench, one[None]), asked)
    )
    ways = times(lambda one: explainer.shap_values(pool(one[None], bench.words)), asked)
    yield row("one client", "shap.TreeExplainer", features, ways)
    others = bench.table.head(LEARNED_FROM)
    lime = times(lambda one: surrogate.lime(bench.scorer, one, others), clients[:LIME_CLIENTS], warm=1)
    yield row("one client", "LIME", features, lime, note="an approximation")


def portfolio(bench: Bench, features: int) -> Iterator[dict[str, Any]]:
    """From the matrix to risk and reasons of every row. Rows a second on one core."""
    began = time.perf_counter()
    from models.batch import Batch  # noqa: PLC0415  importing it compiles it, which is timed

    compiled = time.perf_counter() - began
    batch, built = Batch(bench.scorer.leaves), bench.scorer.matrix(bench.table)
    note = f"compiled in {compiled:.1f} s" if compiled > 0.1 else "compiled before"
    yield speed("Vigie", features, per_second(lambda: batch.answer(built), len(built), RUNS), note)
    few = built[:NATIVE_ROWS]
    yield speed(
        "Vigie, NumPy alone", features, per_second(lambda: bench.scorer.leaves.answer(few), len(few), RUNS)
    )
    yield speed("CatBoost ShapValues", features, per_second(lambda: native(bench, few), len(few), 3))
    explainer = shap.TreeExplainer(bench.native)
    asked = pool(few, bench.words)
    yield speed("shap.TreeExplainer", features, per_second(lambda: explainer.shap_values(asked), len(few), 3))


def row(work: str, way: str, features: int, ms: list[float], note: str = "") -> dict[str, Any]:
    """One line about one client."""
    return {
        "work": work,
        "way": way,
        "features": features,
        "median_ms": statistics.median(ms),
        "p99_ms": at_99(ms),
        "rows_a_second": None,
        "reach": f"p99 ≤ {REACH_P99:.0f} ms" if way == "Vigie" else "",
        "note": note,
    }


def speed(way: str, features: int, rows_a_second: float, note: str = "") -> dict[str, Any]:
    """One line about a portfolio."""
    reach = f"≥ {REACH_ROWS.get(features, 30_000)}" if way == "Vigie" else ""
    return {**row("portfolio, one core", way, features, [0.0], note)} | {
        "median_ms": None,
        "p99_ms": None,
        "rows_a_second": rows_a_second,
        "reach": reach,
    }


def prepared(home: Path, features: int) -> Bench:
    """A published model with monotone features, as they serve."""
    words = features // 5
    contract = wide(features - words, words)
    table = applications(contract, PORTFOLIO)
    fields, learned = described(table.head(LEARNED_FROM), contract, trees=TREES, depth=DEPTH)
    card = publish(home, fields, learned, contract)
    verified = artefact.verified(home, card.version)
    began = time.perf_counter()
    scorer = Scorer(verified)
    loaded = time.perf_counter() - began
    model = CatBoostClassifier()
    model.load_model(str(verified.folder / artefact.MODEL))
    return Bench(scorer, model, table.select(list(contract.features)), loaded)


def native(bench: Bench, built: Floats) -> Floats:
    """CatBoost's own reasons, on one thread."""
    asked = pool(built, bench.words)
    return np.asarray(bench.native.get_feature_importance(asked, type="ShapValues", thread_count=1))


def times(
    work: Callable[[Any], object], each: Sequence[Any], *, warm: int = 20, runs: int = 1
) -> list[float]:
    """Milliseconds of every call, sorted: of each rank the median over `runs`. `warm` calls go before."""
    for one in each[:warm]:
        work(one)
    return [
        statistics.median(rank)
        for rank in zip(*(sorted(taken(work, each)) for _ in range(runs)), strict=True)
    ]


def taken(
    work: Callable[[Any], object], each: Sequence[Any], clock: Callable[[], float] = time.perf_counter
) -> Iterator[float]:
    """Milliseconds of every call."""
    for one in each:
        began = clock()
        work(one)
        yield 1000 * (clock() - began)


def at_99(ordered: Sequence[float]) -> float:
    """The 99th percentile of sorted times."""
    return ordered[int(len(ordered) * 0.99)]


def per_second(work: Callable[[], object], count: int, runs: int) -> float:
    """The median of `runs`."""
    work()
    return 1000 * count / statistics.median(taken(lambda _: work(), range(runs)))


@contextmanager
def one_core() -> Iterator[None]:
    """On one processor core, whatever threads a library starts."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
