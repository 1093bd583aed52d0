"""The families on the reference file of credit cards, with and without protected columns, three seeds."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from data.durable import remove_tree
from data.pipeline import load_file
from models.training import train
from tests.models.test_training import REFERENCE

TITLE = "`vigie train` on the reference file, 5 folds out of fold, medians of seeds 42, 43, 44"
SIZES: tuple[int, ...] = ()
ON_DEMAND: tuple[int, ...] = ()
SEEDS = (42, 43, 44)
MEASURES = ("auc", "average_precision", "brier", "ece", "cost", "cost_at_half", "fit_seconds")
REACH = {"served": {"auc": 0.782, "cost": 705, "ece": 0.012}, "all columns": {"auc": 0.784}}


def rows(_sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """One row per family, by columns; what is to be reached stands in CatBoost's rows."""
    named = os.environ.get("VIGIE_REFERENCE_DATA")
    if named is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        load_file(home, "credits", Path(named) / REFERENCE, preset="uci_card")
        for columns in ("served", "all columns"):
            yield from compared(home, columns)
        remove_tree(home)


def compared(home: Path, columns: str) -> Iterator[dict[str, Any]]:
    """The medians of each family over the seeds."""
    made = [train(home, seed=seed, with_protected=columns != "served", by="bench") for seed in SEEDS]
    free = [each.card.metrics["auc_free"] for each in made if each.card]
    for lines in zip(*(each.families for each in made), strict=True):
        family = lines[0].name
        kept = family == "catboost"
        yield {
            "columns": columns,
            "family": family,
            **{name: rounded(median(getattr(line, name) for line in lines), name) for name in MEASURES},
            "auc_free": rounded(median(free), "auc") if kept and free else None,
            "reach": str(REACH[columns]).strip("{}").replace("'", "") if kept else None,
        }


def rounded(value: float, name: str) -> float | str:
    """Four decimals tell families apart; costs and seconds need none."""
    return value if name in {"cost", "cost_at_half", "fit_seconds"} else f"{value:.4f}"
