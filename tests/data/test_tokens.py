"""Tokens of programs: shown once, kept as a hash, over in time or at once."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from data.store import JournalFailed
from data.tokens import PREFIX, Token, Tokens
from data.users import AccountRefused


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path)


def add(tokens: Tokens, name: str = "grafana", days: int = 90) -> str:
    return tokens.add(name, {"monitor"}, None, days, "chief")


def unwritable(_token: Token) -> None:
    raise JournalFailed("unwritable", detail="full")


def test_a_token_is_found_by_what_was_told_once(tokens: Tokens) -> None:
    told = add(tokens)
    found = tokens.find(told)
    assert told.startswith(PREFIX)
    assert found is not None
    assert (found.name, found.roles, found.scope, found.made_by) == ("grafana", ("monitor",), None, "chief")
    tokens.close()
    with closing(sqlite3.connect(tokens.file)) as file:
        assert told not in "\n".join(file.iterdump())


def test_past_its_day_it_opens_nothing(tokens: Tokens) -> None:
    told = add(tokens)
    tokens.close()
    with closing(sqlite3.connect(tokens.file, isolation_level=None)) as file:
        file.execute("UPDATE tokens SET until = '2020-01-01T00:00:00.000000+00:00'")
    assert tokens.find(told) is None


def test_revoked_it_opens_nothing_in_any_process(tokens: Tokens, tmp_path: Path) -> None:
    told, elsewhere = add(tokens), Tokens(tmp_path)
    assert elsewhere.find(told) is not None
    assert tokens.revoke("GRAFANA").revoked
    assert elsewhere.find(told) is None


def test_a_name_is_one_tokens_for_ever(tokens: Tokens) -> None:
    add(tokens)
    tokens.revoke("grafana")
    with pytest.raises(AccountRefused, match="name_taken"):
        add(tokens, "Grafana")


@pytest.mark.parametrize(("name", "days"), [("", 90), ("a\nb", 90), ("a" * 101, 90), ("a", 0), ("a", 367)])
def test_a_token_has_a_name_and_an_end(tokens: Tokens, name: str, days: int) -> None:
    with pytest.raises(AccountRefused, match="bad_token"):
        add(tokens, name, days)


def test_what_does_not_exist_is_not_revoked(tokens: Tokens) -> None:
    with pytest.raises(AccountRefused, match="unknown_token"):
        tokens.revoke("grafana")


def test_use_is_remembered(tokens: Tokens) -> None:
    found = tokens.find(add(tokens))
    assert found is not None
    assert found.stale
    tokens.touch(found.id)
    assert not tokens.all()[0].stale


def test_what_cannot_be_written_down_is_not_done(tokens: Tokens) -> None:
    with pytest.raises(JournalFailed):
        tokens.add("grafana", {"monitor"}, None, 90, "chief", noted=unwritable)
    assert tokens.all() == []
    told = add(tokens)
    with pytest.raises(JournalFailed):
        tokens.revoke("grafana", noted=unwritable)
    assert tokens.find(told) is not None
