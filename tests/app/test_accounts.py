import os

import pytest

from app import accounts


def test_who_has_no_name_on_the_system_is_told_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(accounts, "getuser", nameless)
    assert accounts.terminal_user() == f"uid:{os.getuid()}"


def test_a_role_that_is_no_longer_known_permits_nothing() -> None:
    assert accounts.User("anne", ("abolished",)).permissions == {accounts.SIGNED_IN}
