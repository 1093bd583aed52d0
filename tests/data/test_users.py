"""Users: added, changed, disabled; what that ends, and what is refused."""

from pathlib import Path

import pytest

from data.links import INVITATION, Links
from data.sessions import Sessions
from data.store import JournalFailed
from data.users import Account, AccountRefused, Users

SCOPE = "agency=Lille"


@pytest.fixture
def users(tmp_path: Path) -> Users:
    return Users(tmp_path)


@pytest.fixture
def sessions(users: Users) -> Sessions:
    return Sessions(users.file.parent)


def usable(users: Users, name: str, *roles: str) -> Account:
    """A user who can come in."""
    made = users.add(name, roles, SCOPE)
    users.set_password(made.id, "a hash")
    return made


def unwritable(_account: Account) -> None:
    raise JournalFailed("unwritable", detail="full")


def test_a_new_user_has_no_password_and_what_was_said(users: Users) -> None:
    made = users.add("anne", {"officer", "analyst"}, SCOPE, "Anne Roux")
    assert (made.name, made.label, made.roles, made.scope) == (
        "anne",
        "Anne Roux",
        ("analyst", "officer"),
        SCOPE,
    )
    assert (made.local, made.chosen, made.disabled) == (True, False, False)
    assert users.password("anne") is None


def test_without_a_scope_no_row_is_theirs(users: Users) -> None:
    assert users.add("anne", {"manager"}, None).scope is None


def test_names_are_found_however_they_are_cased(users: Users) -> None:
    made = users.add("Anne", {"manager"}, None)
    assert users.named(" aNNe ") == made
    with pytest.raises(AccountRefused, match="name_taken"):
        users.add("ANNE", {"manager"}, None)


@pytest.mark.parametrize(
    "name", ["", "  ", "a" * 101, "a\nb", "a@@b", "token:grafana", "a:b", "demonstration", "Demonstration"]
)
def test_a_name_that_another_line_of_the_journal_could_mean_is_refused(users: Users, name: str) -> None:
    with pytest.raises(AccountRefused, match="bad_name"):
        users.add(name, {"manager"}, None)


@pytest.mark.parametrize("act", ["password", "change", "disable"])
def test_password_rights_and_disabling_end_every_session(users: Users, sessions: Sessions, act: str) -> None:
    usable(users, "chief", "admin")
    made = usable(users, "anne", "manager")
    tokens = [sessions.open(made.id, "password") for _ in range(2)]
    other = sessions.open(usable(users, "paul", "manager").id, "password")
    if act == "password":
        users.set_password(made.id, "another hash")
    elif act == "change":
        users.change(made.id, ["executive"], SCOPE, "Anne")
    else:
        users.disable(made.id)
    assert [sessions.find(token) for token in tokens] == [None, None]
    assert sessions.find(other) is not None


def test_an_invitation_survives_a_change_of_rights_but_not_the_disabling(users: Users) -> None:
    links = Links(users.file.parent)
    usable(users, "chief", "admin")
    made = users.add("anne", {"manager"}, None)
    token = links.add(made.id, INVITATION, "chief")
    users.change(made.id, ["analyst"], "", "Anne")
    found = links.find(token)
    assert found is not None
    assert found.user is not None
    assert found.user.roles == ("analyst",)
    users.disable(made.id)
    assert links.find(token) is None


@pytest.mark.parametrize("act", ["disable", "change"])
def test_the_last_administrator_who_can_come_in_stays(users: Users, act: str) -> None:
    chief = usable(users, "chief", "admin")
    users.add("invited", {"admin"}, None)  # has no password yet
    with pytest.raises(AccountRefused, match="last_admin"):
        users.disable(chief.id) if act == "disable" else users.change(chief.id, ["manager"], "", "Chief")
    kept = users.named("chief")
    assert kept is not None
    assert (kept.roles, kept.disabled) == (("admin",), False)


def test_one_of_two_administrators_may_go(users: Users) -> None:
    chief, _ = usable(users, "chief", "admin"), usable(users, "second", "admin")
    assert users.disable(chief.id).disabled


def test_what_cannot_be_written_down_is_not_done(users: Users, sessions: Sessions) -> None:
    usable(users, "chief", "admin")
    made = usable(users, "anne", "manager")
    token = sessions.open(made.id, "password")
    for act in (
        lambda: users.add("paul", {"manager"}, None, noted=unwritable),
        lambda: users.change(made.id, ["analyst"], "", "A", noted=unwritable),
        lambda: users.disable(made.id, noted=unwritable),
        lambda: users.set_password(made.id, "other", noted=unwritable),
    ):
        with pytest.raises(JournalFailed):
            act()
    assert users.named("paul") is None
    found = users.password("anne")
    assert found is not None
    assert (found[0].roles, found[0].disabled, found[1]) == (("manager",), False, "a hash")
    assert sessions.find(token) is not None


def test_a_stronger_hash_takes_the_place_of_the_same_password_alone(users: Users) -> None:
    made = usable(users, "anne", "manager")
    users.hash_again(made.id, "a hash", "stronger")
    users.hash_again(made.id, "a hash", "of a password that was changed meanwhile")
    found = users.password("anne")
    assert found is not None
    assert found[1] == "stronger"


def test_a_user_who_does_not_exist_is_named(users: Users) -> None:
    with pytest.raises(AccountRefused) as error:
        users.known("nobody")
    assert (error.value.reason, error.value.values) == ("unknown", {"name": "nobody"})
