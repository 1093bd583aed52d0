from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_HOME", "/somewhere")
    monkeypatch.setenv("VIGIE_MAX_CONCURRENT", "3")
    settings = Settings()
    assert settings.home == Path("/somewhere")
    assert settings.max_concurrent == 3


def test_a_value_that_is_not_allowed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_QUERY_MEMORY", "1GB'; DROP TABLE cases")
    with pytest.raises(ValidationError, match="query_memory"):
        Settings()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


def test_the_server_listens_on_this_machine_alone_unless_told() -> None:
    assert Settings().host == "127.0.0.1"
