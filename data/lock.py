"""One writer at a time per VIGIE_HOME: an fcntl lock that dies with its holder."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from data.errors import Busy


@contextmanager
def exclusive(home: Path, command: str) -> Iterator[None]:
    """Hold the lock of `home` inside the block. Raises Busy, which names the holder, at once."""
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(_holder(handle)) from None
        _sign(handle, command)
        yield
    finally:
        os.close(handle)


def _sign(handle: int, command: str) -> None:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps({"pid": os.getpid(), "command": command, "since": since}).encode(), 0)


def _holder(handle: int) -> dict[str, object]:
    """Who holds the lock; it may have taken it an instant ago and not signed yet."""
    for _ in range(20):
        try:
            found = json.loads(os.pread(handle, 4096, 0))
            return {key: found[key] for key in ("pid", "command", "since")}
        except (ValueError, KeyError):
            time.sleep(0.01)
    return {"pid": "?", "command": "?", "since": "?"}
