"""`vigie` as its user starts it: a process of its own, with its own state folder."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]


def start(home: Path, *words: str, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """The command under way, the leader of its own process group; `before` runs in it first."""
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", *words],
        cwd=ROOT,
        env={**os.environ, "VIGIE_HOME": str(home), "LC_ALL": "en_GB.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=before,  # noqa: PLW1509  only to set a limit, before anything else runs
    )


def vigie(home: Path, *words: str, before: Callable[[], None] | None = None) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the finished command."""
    with start(home, *words, before=before) as process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def refused(home: Path, *words: str, code: int = 1) -> str:
    """The one line that a refused command says; checks that it is one, and no traceback."""
    ended, _, err = vigie(home, *words)
    assert ended == code, err
    assert err.startswith("vigie: ")
    assert err.count("\n") == 1, err
    return err
