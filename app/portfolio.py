"""The scores and reasons of all clients at once, published as a new snapshot."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from app.champion import NoCredits, State, look
from data import pipeline, snapshot
from data.child import Progress, silent
from data.scores import replace_scores
from models.explain import ACCEPT, REFUSE, REVIEW
from models.scorer import Scorer

if TYPE_CHECKING:
    from models.batch import Batch

COMMAND = "vigie score --all"


@dataclass(frozen=True)
class Portfolio:
    """What became of all clients. `decisions`: how many of each are proposed."""

    snapshot: str
    model_version: str
    clients: int
    decisions: Mapping[str, int]
    seconds: float


def score_everyone(home: Path, progress: Progress = silent) -> Portfolio:
    """Publish the served snapshot with the champion's scores of every client, in this process.

    Raises NoSnapshot, NoCredits, NoModel, CorruptModel, ModelDoesNotFit, Busy, BuildFailed.
    """
    started = time.monotonic()
    base = snapshot.current(home)
    if base.scoring is None:
        raise NoCredits("no_credits")
    from models.batch import Batch  # noqa: PLC0415  its compiler takes seconds, in the child alone

    champion = look(home, base, None, State()).serving()
    batch = Batch(champion.scorer.leaves)
    counted = Counter({ACCEPT: 0, REVIEW: 0, REFUSE: 0})

    def judge(rows: pl.DataFrame) -> pl.DataFrame:
        judged = _judged(champion.scorer, batch, rows)
        counted.update(dict(judged["decision"].value_counts().iter_rows()))
        return judged

    replace = partial(replace_scores, features=champion.scorer.card.features, judge=judge, progress=progress)
    made = pipeline.amend(home, replace, command=COMMAND, progress=progress)
    seconds = time.monotonic() - started
    return Portfolio(made.id, champion.version, counted.total(), dict(counted), seconds)


def _judged(scorer: Scorer, batch: Batch, rows: pl.DataFrame) -> pl.DataFrame:
    """The columns of the table scores."""
    card = scorer.card
    raw, contributions = batch.answer(scorer.matrix(rows))
    risk = pl.Series("probability", scorer.calibration.probability(raw))
    reasons = pl.Series("contributions", np.ascontiguousarray(contributions)).cast(pl.List(pl.Float64))
    decision = (
        pl.when(pl.col("probability") < card.threshold)
        .then(pl.lit(ACCEPT))
        .when(pl.col("probability") < card.review)
        .then(pl.lit(REVIEW))
        .otherwise(pl.lit(REFUSE))
    )
    cited = pl.lit(card.threshold).alias("threshold"), pl.lit(str(card.version)).alias("model_version")
    scored = rows.select("client_id").with_columns(risk, *cited, reasons)
    return scored.with_columns(decision.alias("decision"))
