"""What a version holds, file by file: its manifest, and the seal beside it that vouches for the manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data import durable
from data.durable import Fingerprint
from data.errors import CorruptSnapshot


def write(build: Path, fields: Mapping[str, Any]) -> tuple[dict[str, Any], Fingerprint]:
    """Put the manifest of the folder `build` and its seal there: `fields`, and every file as it is now."""
    files = {str(path.relative_to(build)): durable.fingerprint(path) for path in durable.files_below(build)}
    manifest = {**fields, "files": {name: {"size": f.size, "sha256": f.sha256} for name, f in files.items()}}
    content = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True).encode()
    (build / "manifest.json").write_bytes(content)
    found = durable.fingerprint(build / "manifest.json")
    (build / "manifest.sha256").write_text(f"{found.size} {found.sha256}\n")
    return manifest, found


def seal(folder: Path) -> Fingerprint:
    """What the seal says of the manifest. Raises CorruptSnapshot."""
    try:
        size, sha256 = (folder / "manifest.sha256").read_text().split()
        return Fingerprint(int(size), sha256)
    except (OSError, ValueError):
        raise CorruptSnapshot("corrupt", file=f"{folder.name}/manifest.sha256") from None


def read(folder: Path, stated: Fingerprint) -> dict[str, Any]:
    """The manifest, when it is the one `stated`. Raises CorruptSnapshot."""
    file = folder / "manifest.json"
    try:
        if durable.fingerprint(file) == stated:
            return dict(json.loads(file.read_bytes()))
    except (OSError, ValueError):
        raise CorruptSnapshot("corrupt", file=f"{folder.name}/manifest.json") from None
    raise CorruptSnapshot("corrupt", file=f"{folder.name}/manifest.json")


def compare(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Every file against the manifest. Raises CorruptSnapshot, which names the first that differs."""
    for name, stated in manifest["files"].items():
        try:
            same = durable.fingerprint(folder / name) == Fingerprint(stated["size"], stated["sha256"])
        except OSError:
            same = False
        if not same:
            raise CorruptSnapshot("corrupt", file=f"{folder.name}/{name}")
