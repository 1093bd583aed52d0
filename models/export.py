"""A trained CatBoost model as the two files that are published: what CatBoost reads, and its trees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

UNREACHED = 1e-11  # applications; far below one, and above what CatBoost takes for nothing


def save(model: Any, pool: Any, folder: Path) -> tuple[Path, Path]:
    """Write model.cbm and trees.json of a CatBoostClassifier trained on `pool` into `folder`; their paths.

    Monotone constraints give a value to leaves that no application reached. CatBoost then adds the weights of
    whatever rows it is asked about, and a client's SHAP values depend on who else is in the batch. With a
    next to nothing of weight in each such leaf they depend on the model alone, and still add up.
    """
    from catboost import CatBoostClassifier  # noqa: PLC0415  it brings pandas, which serving does without

    binary, trees = folder / "model.cbm", folder / "trees.json"
    model.save_model(str(trees), format="json", pool=pool)
    exported = json.loads(trees.read_bytes())
    for tree in exported["oblivious_trees"]:
        tree["leaf_weights"] = [weight or UNREACHED for weight in tree["leaf_weights"]]
    trees.write_text(json.dumps(exported), encoding="utf-8")
    same = CatBoostClassifier()
    same.load_model(str(trees), format="json")
    same.save_model(str(binary))
    return binary, trees
