"""Bytes that survive a power cut and are recognised again: fsync, atomic replacement, SHA-256, read-only."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

CHUNK = 4 << 20  # bytes


@dataclass(frozen=True)
class Fingerprint:
    """Size in bytes and SHA-256 in hexadecimal."""

    size: int
    sha256: str


def fingerprint(file: Path) -> Fingerprint:
    """Read `file` once. Raises OSError."""
    digest = hashlib.sha256()
    size = 0
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Fingerprint(size, digest.hexdigest())


def files_below(folder: Path) -> Iterator[Path]:
    """Every regular file under `folder`, in a stable order."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def sync(path: Path) -> None:
    """Force a file's or folder's content to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Force every file and folder below `folder`, and itself, to the disk."""
    for path in sorted(folder.rglob("*"), reverse=True):
        sync(path)
    sync(folder)


def replace_atomically(file: Path, content: bytes) -> None:
    """Put `content` at `file`: a reader sees the old bytes or the new ones, also after a power cut."""
    _replace(file, [content], 0o666)


def write_privately(file: Path, pieces: Iterable[bytes]) -> None:
    """Put `pieces` at `file`, for its owner's eyes only; what was there stays until all of it is written."""
    _replace(file, pieces, 0o600)


def _replace(file: Path, pieces: Iterable[bytes], mode: int) -> None:
    beside = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as stream:
            stream.writelines(pieces)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync(file.parent)


def make_read_only(folder: Path) -> None:
    """0444 for files, 0555 for folders."""
    for path in folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    folder.chmod(0o555)


def remove_tree(folder: Path) -> None:
    """Remove a folder, read-only or not; nothing happens where there is none."""
    with suppress(FileNotFoundError):
        for path in (folder, *(child for child in folder.rglob("*") if child.is_dir())):
            path.chmod(0o755)
        shutil.rmtree(folder)
