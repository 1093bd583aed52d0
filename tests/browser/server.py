"""The server itself, in a process of its own on a free loopback port."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 30.0  # seconds


class Server:
    """Serves the state directory `home`; `settings` are environment variables without their prefix.

    `factory` makes the application, where a test needs another one than ours.
    """

    def __init__(self, home: Path, *, factory: str = "app.main:create_app", **settings: str) -> None:
        self.home = home
        self._factory = factory
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._settings = {
            "HOME": str(home),
            "PORT": str(self.port),
            "DEMO": "true",
            "POLL_SECONDS": "0.1",
            "LOG_LEVEL": "error",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers. Raises RuntimeError when it does not."""
        command = [sys.executable, "-m", "uvicorn", self._factory, "--factory"]
        command += ["--port", str(self.port), "--no-access-log", "--log-level", "warning"]
        given = {f"VIGIE_{name}": value for name, value in self._settings.items()}
        self._process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **given})
        until = time.monotonic() + STARTS_WITHIN
        while not self.alive():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop(signal.SIGKILL)
                raise RuntimeError(f"the server on port {self.port} did not start")
            time.sleep(0.05)

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self._process is not None
        return self._process.pid

    def alive(self) -> bool:
        """Whether /health answers."""
        try:
            with urlopen(f"{self.address}/health", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        """End the process and wait for it; nothing where it has ended already."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(by)
        self._process.wait(15)
        self._process = None

    def pause(self) -> None:
        """Keep the port open and answer nothing, as a server that hangs does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after `pause`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
