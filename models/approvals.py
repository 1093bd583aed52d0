"""CHAMPION: which version serves, on whose approval, and the approvals before it.

models/CHAMPION         JSON: version, sha256 of its card.json, approved_by, approved_at, previous, seal
models/CHAMPION.before  what it replaced, for the day its own bytes are damaged
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from data import durable

POINTER, EARLIER = "CHAMPION", "CHAMPION.before"
REMEMBERED = 20  # approvals


@dataclass(frozen=True)
class Approval:
    """Who let a version serve, and when (ISO, UTC)."""

    version: int
    sha256: str  # of its card.json
    approved_by: str
    approved_at: str


def read(home: Path) -> tuple[list[Approval], str | None]:
    """The approvals, the newest first. Where CHAMPION is damaged, those it replaced, and its name."""
    if not (home / "models" / POINTER).exists():
        return [], None
    for name, damaged in ((POINTER, None), (EARLIER, POINTER)):
        try:
            return _opened((home / "models" / name).read_bytes()), damaged
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return [], POINTER


def record(home: Path, approval: Approval) -> None:
    """Make `approval` the one that counts, atomically. The caller holds the lock."""
    before, damaged = read(home)
    if before and damaged is None:
        durable.replace_atomically(home / "models" / EARLIER, _sealed(before))
    durable.replace_atomically(home / "models" / POINTER, _sealed([approval, *before]))


def challenger(versions: Iterable[int], serving: int | None) -> int | None:
    """The version that waits for an approval: the newest, where it is newer than the one that serves."""
    newest = max(versions, default=None)
    return newest if newest and serving and newest > serving else None


def _opened(content: bytes) -> list[Approval]:
    raw = json.loads(content)
    if raw.pop("seal") != _digest(raw):
        raise ValueError("the seal is broken")
    earlier = raw.pop("previous")
    return [Approval(**each) for each in (raw, *earlier)]


def _sealed(approvals: Sequence[Approval]) -> bytes:
    newest, *earlier = map(asdict, approvals[:REMEMBERED])
    raw = {**newest, "previous": earlier}
    return json.dumps({**raw, "seal": _digest(raw)}, indent=1, ensure_ascii=False).encode()


def _digest(raw: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
