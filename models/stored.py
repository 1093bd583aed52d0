"""Versions of models as they lie on disk: read once, every byte compared with what was published."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.errors import DataError
from data.scoring import ScoringContract, parsed
from models.card import Card

CARD, SEAL, MODEL, TREES, CONTRACT = "card.json", "card.sha256", "model.cbm", "trees.json", "scoring.toml"


class NoModel(DataError):
    """Nothing serves, or the version asked for does not exist."""

    area = "model"


class CorruptModel(DataError):
    """The bytes on disk are not those that were published, or do not make a model."""

    area = "model"


@dataclass(frozen=True)
class Artefact:
    """One verified version. `trees` are the very bytes that were verified; `seal` is card.json's SHA-256."""

    folder: Path
    card: Card
    contract: ScoringContract
    trees: bytes
    seal: str


def verified(home: Path, version: int) -> Artefact:
    """That version, every byte compared with its card. Raises NoModel, CorruptModel."""
    if version not in numbers(home):
        raise NoModel("unknown", version=version)
    folder = folder_of(home, version)
    return whole(folder, _stated_seal(folder))


def versions(home: Path) -> list[Card]:
    """The cards of all versions whose card is intact, the newest first; other files are not verified."""
    found = []
    for number in sorted(numbers(home), reverse=True):
        folder = folder_of(home, number)
        try:
            found.append(read_card(folder, _stated_seal(folder))[0])
        except CorruptModel:
            continue
    return found


def whole(folder: Path, seal: str) -> Artefact:
    """The version in `folder`, whose card has the SHA-256 `seal`. Raises CorruptModel."""
    card, files = read_card(folder, seal)
    contents = {name: _intact(folder / name, **stated) for name, stated in files.items()}
    try:
        contract = parsed(contents[CONTRACT].decode())
        if str(card.version) != folder.name:
            raise ValueError(f"{folder.name} holds version {card.version}")
        return Artefact(folder, card, contract, contents[TREES], seal)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CorruptModel("corrupt", file=f"{folder.name}/{CONTRACT}") from None


def read_card(folder: Path, seal: str) -> tuple[Card, dict[str, Any]]:
    """The card, and size and SHA-256 of every other file by its name. Raises CorruptModel."""
    content = _intact(folder / CARD, seal)
    try:
        raw = json.loads(content)
        files = raw.pop("files")
        return Card.from_dict(raw), files
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CorruptModel("corrupt", file=f"{folder.name}/{CARD}") from None


def folder_of(home: Path, version: int) -> Path:
    """Where a version lies."""
    return home / "models" / str(version)


def numbers(home: Path) -> set[int]:
    """The versions there are, intact or not."""
    folder = home / "models"
    found = folder.iterdir() if folder.is_dir() else ()
    return {int(path.name) for path in found if path.name.isdecimal() and path.is_dir()}


def _intact(file: Path, sha256: str, size: int | None = None) -> bytes:
    """Its bytes, read once, so that what was verified is what is used."""
    try:
        content = file.read_bytes()
    except OSError:
        raise CorruptModel("corrupt", file=f"{file.parent.name}/{file.name}") from None
    if hashlib.sha256(content).hexdigest() != sha256 or size not in (None, len(content)):
        raise CorruptModel("corrupt", file=f"{file.parent.name}/{file.name}")
    return content


def _stated_seal(folder: Path) -> str:
    try:
        return (folder / SEAL).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise CorruptModel("corrupt", file=f"{folder.name}/{SEAL}") from None
