import os
import socket
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.cli import command_line, run
from data.links import Links
from data.users import Users


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


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (("--demo", "--host", "0.0.0.0"), {}),  # noqa: S104
        (("--demo", "--host", "vigie.example"), {}),
        (("--demo",), {"VIGIE_PUBLIC_URL": "https://vigie.example"}),
        (("--host", "0.0.0.0"), {}),  # noqa: S104
        (("--host", "192.0.2.7"), {"VIGIE_PUBLIC_URL": "http://vigie.example"}),
        ((), {"VIGIE_PUBLIC_URL": "http://vigie.example"}),
        (("--host", "127.0.0.1.example"), {}),
    ],
)
def test_what_would_be_open_or_in_clear_on_a_network_is_refused_in_one_line(
    served: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    environment: dict[str, str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setitem(os.environ, name, value)
    assert serve(*words) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert served == {}


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (("--demo",), {}),
        (("--demo", "--host", "localhost"), {}),
        (("--host", "127.0.0.2"), {}),
        ((), {"VIGIE_PUBLIC_URL": "https://vigie.example"}),
        (("--host", "0.0.0.0"), {"VIGIE_PUBLIC_URL": "https://vigie.example"}),  # noqa: S104
    ],
)
def test_this_machine_and_tls_are_served(
    served: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    environment: dict[str, str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setitem(os.environ, name, value)
    assert serve(*words) == 0
    assert served["target"] == "app.main:create_app"


def test_the_first_administrators_link_is_told_while_there_is_no_user(
    served: dict[str, Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert serve("--workers", "2") == 0
    out = capsys.readouterr().out
    assert out.count("/invitation?link=") == 1
    found = Links(tmp_path).find(out.split("/invitation?link=")[1].split()[0])
    assert found is not None
    assert (found.kind, found.user) == ("first", None)
    Users(tmp_path).add("chief", {"admin"}, None)
    assert serve() == 0
    assert "/invitation" not in capsys.readouterr().out


def test_the_demonstration_needs_no_administrator(
    served: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert serve("--demo") == 0
    assert "/invitation" not in capsys.readouterr().out
