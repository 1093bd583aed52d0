import os
import socket
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.cli import command_line, run


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What the server would have been started with."""
    started: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda target, **how: started.update(how, target=target))
    monkeypatch.setattr(os, "environ", {**os.environ, "VIGIE_HOME": str(tmp_path), "VIGIE_PORT": "0"})
    monkeypatch.delenv("POLARS_MAX_THREADS", raising=False)
    return started


def serve(*words: str) -> int:
    return run(lambda: command_line()(["serve", *words]))


def test_options_win_over_the_environment(served: dict[str, Any]) -> None:
    assert serve("--host", "::1", "--workers", "2", "--no-demo") == 0
    assert (served["host"], served["port"], served["workers"]) == ("::1", 0, 2)
    assert os.environ["VIGIE_DEMO"] == "False"


def test_the_server_says_little_and_trusts_no_proxy(served: dict[str, Any]) -> None:
    assert serve() == 0
    assert served["target"] == "app.main:create_app"
    assert (served["server_header"], served["proxy_headers"], served["ws"]) == (False, False, "none")


def test_workers_share_the_cores(served: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert serve("--workers", "4") == 0
    assert os.environ["POLARS_MAX_THREADS"] == os.environ["VIGIE_QUERY_THREADS"] == "2"


def test_with_nothing_published_the_commands_to_run_are_named(
    served: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert serve() == 0
    assert "vigie simulate" in capsys.readouterr().out


def test_a_port_that_is_taken_is_one_line(served: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert serve("--port", str(other.getsockname()[1])) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert served == {}


def test_a_setting_that_is_wrong_is_named(
    served: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(os.environ, "VIGIE_MAX_CONCURRENT", "many")
    assert serve() == 1
    assert "VIGIE_MAX_CONCURRENT" in capsys.readouterr().err
