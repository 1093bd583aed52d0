"""Published versions of models, every byte recorded, and the champion, which is the one that serves.

models/CHAMPION      see approvals.py
models/<version>/    read-only: card.json, its seal, model.cbm, trees.json (what serves), scoring.toml
"""

from __future__ import annotations

import json
import operator
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data import durable
from data.errors import DataError
from data.lock import exclusive
from data.scoring import ScoringContract
from models import approvals, leaves, stored
from models.approvals import Approval
from models.card import Card
from models.stored import (
    CARD,
    CONTRACT,
    MODEL,
    SEAL,
    TREES,
    Artefact,
    CorruptModel,
    NoModel,
    verified,
    versions,
)

__all__ = [
    "CARD", "CONTRACT", "MODEL", "SEAL", "TREES", "Approval", "Artefact", "Champion", "CorruptModel",
    "NoModel", "PromotionRefused", "champion", "named", "promote", "publish", "verified", "versions",
]  # fmt: skip


class PromotionRefused(DataError):
    """The version may not become champion that way; the champion is as before."""

    area = "model"


@dataclass(frozen=True)
class Champion:
    """The version that serves. `fallback_from`: the corrupt version, or file, that it stands in for."""

    artefact: Artefact
    approval: Approval
    fallback_from: str | None = None

    @property
    def card(self) -> Card:
        return self.artefact.card


def publish(
    home: Path,
    card_fields: Mapping[str, Any],
    catboost_model_file: Path,
    trees_json: Path,
    contract: ScoringContract,
    extras: Mapping[str, bytes] | None = None,
) -> Card:
    """Make a version, which nobody serves yet. `card_fields` are a Card's, less `version`. Takes the lock.

    After any failure or kill, versions and champion are as before, or the version is there whole.
    Raises Busy; CorruptModel("unsound") for trees that cannot serve; ValueError or TypeError for a card that
    JSON cannot hold.
    """
    contents = {
        MODEL: catboost_model_file.read_bytes(),
        TREES: trees_json.read_bytes(),
        CONTRACT: contract.text.encode(),
        **(extras or {}),
    }
    with exclusive(home / "models", "vigie train"):
        _clear(home)
        version = _next(home)
        _refuse_unsound(contents[TREES], len(card_fields["features"]), version)
        build, folder = home / "models" / "staging" / secrets.token_hex(8), stored.folder_of(home, version)
        build.mkdir(parents=True)
        try:
            card = _write(build, {**card_fields, "version": version}, contents)
            durable.sync_tree(build)
            build.rename(folder)
        finally:
            durable.remove_tree(build)
        durable.make_read_only(folder)
        durable.sync(folder.parent)
    return card


def champion(home: Path) -> Champion:
    """The version that serves, every byte verified.

    Where it is corrupt, the newest earlier champion that verifies, with `fallback_from` set.
    Raises NoModel where none was ever promoted or nothing verifies.
    """
    recorded, damaged = approvals.read(home)
    for approval in recorded:
        try:
            artefact = stored.whole(stored.folder_of(home, approval.version), approval.sha256)
        except CorruptModel:
            damaged = damaged or str(approval.version)
            continue
        return Champion(artefact, approval, damaged)
    raise NoModel("none_intact" if recorded or damaged else "none")


def named(home: Path) -> int | None:
    """The version that CHAMPION names, its files not verified; None where none serves."""
    recorded, _ = approvals.read(home)
    return recorded[0].version if recorded else None


def promote(home: Path, version: int, by: str) -> Champion:
    """Make `version` the champion on the approval of `by`, somebody else than its proposer. Takes the lock.

    Raises NoModel, CorruptModel, Busy, PromotionRefused("nameless" | "same_person" | "already").
    """
    with exclusive(home / "models", f"vigie promote {version}"):
        _clear(home)
        chosen = verified(home, version)
        before, damaged = approvals.read(home)
        if not by.strip():
            raise PromotionRefused("nameless")
        if _same(by, chosen.card.proposed_by):
            raise PromotionRefused("same_person", name=by.strip(), version=version)
        if before and damaged is None and before[0].sha256 == chosen.seal:
            raise PromotionRefused("already", version=version)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        approval = Approval(version, chosen.seal, by.strip(), now)
        approvals.record(home, approval)
    return Champion(chosen, approval)


def _refuse_unsound(trees: bytes, features: int, version: int) -> None:
    try:
        leaves.read(trees, features)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise CorruptModel("unsound", version=version, detail=str(error)) from None


def _write(build: Path, fields: Mapping[str, Any], contents: Mapping[str, bytes]) -> Card:
    for name, content in contents.items():
        (build / name).write_bytes(content)
    prints = {name: asdict(durable.fingerprint(build / name)) for name in contents}
    raw = {**Card(**fields).to_dict(), "files": prints}
    numpy_scalar = operator.methodcaller("item")
    text = json.dumps(raw, indent=1, ensure_ascii=False, allow_nan=False, default=numpy_scalar)
    (build / CARD).write_text(text, encoding="utf-8")
    seal = durable.fingerprint(build / CARD).sha256
    (build / SEAL).write_text(f"{seal}\n", encoding="utf-8")
    return stored.read_card(build, seal)[0]


def _next(home: Path) -> int:
    """Above every number ever approved, too: a removed version's number never comes back."""
    approved = (each.version for each in approvals.read(home)[0])
    return max((*stored.numbers(home), *approved), default=0) + 1


def _clear(home: Path) -> None:
    """Remove what killed commands left behind. The caller holds the lock."""
    durable.remove_tree(home / "models" / "staging")
    for left in (home / "models").glob("CHAMPION*.new"):
        left.unlink()


def _same(one: str, other: str) -> bool:
    """Whether two names are one person's, however they are typed."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
