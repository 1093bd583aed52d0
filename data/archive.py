"""A backup as one tar file: a manifest, its seal, then every file, each with its size and SHA-256.

Not compressed: what weighs most already is, nothing in it can unfold, and any `tar` reads it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from data import durable
from data.child import Progress, silent
from data.durable import CHUNK, Fingerprint
from data.errors import DataError

MANIFEST, SEAL = "manifest.json", "manifest.sha256"
FORMAT = 1
LARGEST_MANIFEST = 64 << 20  # bytes
PART = re.compile(r"(?!\.{1,2}$)[^/\\\0]+")  # of a path that stays below


class BackupRefused(DataError):
    """A backup could not be made or is not restored; what was there is as before."""

    area = "backup"


@dataclass(frozen=True)
class Archive:
    """An opened backup whose manifest is whole; the files are not yet read."""

    name: str
    fields: Mapping[str, Any]
    files: Mapping[str, Fingerprint]
    _tar: tarfile.TarFile

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(stated.size for stated in self.files.values())

    def read(self, into: Path | None = None, progress: Progress = silent, stage: str = "restore") -> None:
        """Compare every file with the manifest; write them below `into` where it is given.

        Raises BackupRefused("damaged"), which names the first that differs, and OSError of the disk.
        """
        progress(stage, 0.0)
        seen: set[str] = set()
        done = 0
        for member, content in self._members():
            stated = self.files.get(member.name)
            if stated is None or member.name in seen:
                raise BackupRefused("damaged", file=self.name, part=member.name)
            with _target(into, member.name) as out:
                found = _copied(content, out)
            if found != stated:
                raise BackupRefused("damaged", file=self.name, part=member.name)
            seen.add(member.name)
            done += stated.size
            progress(stage, min(done / max(self.size, 1), 1.0))
        for lacking in sorted(self.files.keys() - seen):
            raise BackupRefused("damaged", file=self.name, part=lacking)

    def _members(self) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
        while (member := _next(self._tar, self.name)) is not None:
            content = self._tar.extractfile(member) if member.isreg() else None
            if content is None:
                raise BackupRefused("damaged", file=self.name, part=member.name)
            yield member, content


@contextmanager
def opened(file: Path) -> Iterator[Archive]:
    """A backup, its manifest compared with the seal. Raises BackupRefused."""
    if not file.is_file():
        raise BackupRefused("no_file", file=file.name)
    try:
        tar = tarfile.open(file, "r:")  # noqa: SIM115  closed below
    except (tarfile.TarError, OSError, EOFError):
        raise BackupRefused("not_one", file=file.name) from None
    with tar:
        content = _first(tar, file.name, MANIFEST)
        if _first(tar, file.name, SEAL).strip() != hashlib.sha256(content).hexdigest().encode():
            raise BackupRefused("damaged", file=file.name, part=MANIFEST)
        fields = json.loads(content)
        if fields.get("format") != FORMAT:
            raise BackupRefused("newer", file=file.name, made_by=str(fields.get("made_by")))
        files = {name: Fingerprint(**stated) for name, stated in fields.pop("files").items()}
        for name in files:
            if not _safe(name):
                raise BackupRefused("damaged", file=file.name, part=name)
        yield Archive(file.name, fields, files, tar)


def written(
    file: Path, parts: Mapping[str, Path], fields: Mapping[str, Any], progress: Progress = silent
) -> Fingerprint:
    """Make `file` of `parts` (name in it → file) and a manifest of `fields`, for its owner's eyes only.

    Raises BackupRefused("changed"), which names a file that did while it was read, and OSError.
    """
    prints = {name: durable.fingerprint(path) for name, path in sorted(parts.items())}
    stated = {name: asdict(found) for name, found in prints.items()}
    content = json.dumps({**fields, "format": FORMAT, "files": stated}, indent=1, ensure_ascii=False).encode()
    with file.open("xb") as stream:
        os.fchmod(stream.fileno(), 0o600)
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
            _add(tar, MANIFEST, io.BytesIO(content), len(content))
            seal = hashlib.sha256(content).hexdigest().encode() + b"\n"
            _add(tar, SEAL, io.BytesIO(seal), len(seal))
            _add_files(tar, parts, prints, progress)
        stream.flush()
        os.fsync(stream.fileno())
    return durable.fingerprint(file)


def _add_files(
    tar: tarfile.TarFile, parts: Mapping[str, Path], prints: Mapping[str, Fingerprint], progress: Progress
) -> None:
    progress("backup", 0.0)
    done, total = 0, max(sum(each.size for each in prints.values()), 1)
    for name, stated in prints.items():
        with parts[name].open("rb") as content:
            hashed = _Hashed(content.read)
            try:
                _add(tar, name, hashed, stated.size)
            except OSError as error:
                if error.errno is None:  # tarfile's own: shorter than it was
                    raise BackupRefused("changed", part=name) from None
                raise
        if hashed.digest.hexdigest() != stated.sha256:
            raise BackupRefused("changed", part=name)
        done += stated.size
        progress("backup", done / total)


class _Hashed(io.RawIOBase):
    """A file that is read once, and hashed as it is."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._read(size)
        self.digest.update(block)
        return block


def _add(tar: tarfile.TarFile, name: str, content: Any, size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(time.time())
    tar.addfile(entry, content)


def _first(tar: tarfile.TarFile, name: str, wanted: str) -> bytes:
    """The content of the next member, which must be `wanted`."""
    member = _next(tar, name)
    content = tar.extractfile(member) if member and member.isreg() else None
    if member is None or content is None or member.name != wanted or member.size > LARGEST_MANIFEST:
        raise BackupRefused("not_one", file=name)
    try:
        return content.read()
    except (tarfile.TarError, OSError, EOFError):
        raise BackupRefused("damaged", file=name, part=wanted) from None


def _next(tar: tarfile.TarFile, name: str) -> tarfile.TarInfo | None:
    try:
        return tar.next()
    except (tarfile.TarError, EOFError, ValueError, OSError):
        raise BackupRefused("damaged", file=name, part="tar") from None


@contextmanager
def _target(into: Path | None, name: str) -> Iterator[IO[bytes] | None]:
    if into is None:
        yield None
        return
    file = into / name
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as out:
        os.fchmod(out.fileno(), 0o600)
        yield out


def _copied(content: IO[bytes], out: IO[bytes] | None) -> Fingerprint | None:
    """What was read; None where the backup ends before the file does."""
    digest, size = hashlib.sha256(), 0
    while True:
        try:
            block = content.read(CHUNK)
        except (tarfile.TarError, EOFError):
            return None
        if not block:
            return Fingerprint(size, digest.hexdigest())
        digest.update(block)
        size += len(block)
        if out:
            out.write(block)


def _safe(name: str) -> bool:
    """Whether it is a plain path below the state folder."""
    return str(PurePosixPath(name)) == name and all(PART.fullmatch(part) for part in name.split("/"))
