"""Users whom the organisation's provider knows."""

import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from data.members import Arrival, Member, Members
from data.sessions import Sessions
from data.store import JournalFailed
from data.users import LONGEST_NAME, Users

CLAIRE = Member("https://idp.example", "s-1", "claire", "Claire Martin", ["manager"], "agency=Lille")


@pytest.fixture
def members(tmp_path: Path) -> Members:
    return Members(tmp_path)


def nothing(_arrival: Arrival) -> None:
    """No line of it."""


def test_a_newcomer_becomes_a_user_without_a_password(members: Members, tmp_path: Path) -> None:
    made = members.arrive(CLAIRE, nothing)
    assert (made.name, made.label, made.roles, made.scope) == (
        "claire",
        "Claire Martin",
        ("manager",),
        "agency=Lille",
    )
    assert not made.local
    assert Users(tmp_path).password("claire") is None


def test_the_same_person_of_another_provider_is_another_user(members: Members) -> None:
    first = members.arrive(CLAIRE, nothing)
    second = members.arrive(replace(CLAIRE, issuer="https://other.example"), nothing)
    assert (first.id, second.name) != (second.id, first.name)


def test_sessions_stay_where_only_the_label_changed(members: Members, tmp_path: Path) -> None:
    token = Sessions(tmp_path).open(members.arrive(CLAIRE, nothing).id, "organisation")
    assert members.arrive(replace(CLAIRE, label="Claire M."), nothing).label == "Claire M."
    assert Sessions(tmp_path).find(token) is not None


@pytest.mark.parametrize("rights", [{"roles": ["analyst"]}, {"scope": ""}, {"scope": None}])
def test_sessions_end_where_rights_changed(
    members: Members, tmp_path: Path, rights: dict[str, object]
) -> None:
    token = Sessions(tmp_path).open(members.arrive(CLAIRE, nothing).id, "organisation")
    members.arrive(replace(CLAIRE, **rights), nothing)  # type: ignore[arg-type]
    assert Sessions(tmp_path).find(token) is None


def test_the_order_of_roles_is_no_change(members: Members) -> None:
    told: list[bool] = []
    for roles in (["manager", "analyst"], ["analyst", "manager", "analyst"]):
        members.arrive(replace(CLAIRE, roles=roles), lambda arrival: told.append(arrival.changed))
    assert told == [True, False]


def test_the_providers_word_holds_for_the_last_administrator(members: Members) -> None:
    members.arrive(replace(CLAIRE, roles=["admin"]), nothing)
    assert members.arrive(CLAIRE, nothing).roles == ("manager",)


def test_who_is_given_nothing_any_more_keeps_no_right_and_no_session(
    members: Members, tmp_path: Path
) -> None:
    token = Sessions(tmp_path).open(members.arrive(CLAIRE, nothing).id, "organisation")
    members.leave(CLAIRE.issuer, CLAIRE.subject, nothing)
    found = members.known(CLAIRE.issuer, CLAIRE.subject)
    assert found is not None
    assert (found.roles, found.scope) == ((), None)
    assert Sessions(tmp_path).find(token) is None


def test_who_was_never_here_leaves_without_a_line(members: Members) -> None:
    told: list[Arrival] = []
    members.leave(CLAIRE.issuer, CLAIRE.subject, told.append)
    assert told == []
    assert members.known(CLAIRE.issuer, CLAIRE.subject) is None


def test_a_taken_name_gets_a_number_and_stays_short(members: Members, tmp_path: Path) -> None:
    long = "x" * LONGEST_NAME
    Users(tmp_path).add(long, [], None)
    names = [
        members.arrive(replace(CLAIRE, subject=str(n), name=long.upper()), nothing).name for n in range(2)
    ]
    assert names == ["X" * (LONGEST_NAME - 4) + " (2)", "X" * (LONGEST_NAME - 4) + " (3)"]


def test_nothing_is_done_that_cannot_be_written_down(members: Members, tmp_path: Path) -> None:
    def unwritable(_arrival: Arrival) -> None:
        raise JournalFailed("unwritable", detail="full")

    with pytest.raises(JournalFailed):
        members.arrive(CLAIRE, unwritable)
    assert members.known(CLAIRE.issuer, CLAIRE.subject) is None
    members.arrive(CLAIRE, nothing)
    token = Sessions(tmp_path).open(members.arrive(CLAIRE, nothing).id, "organisation")
    with pytest.raises(JournalFailed):
        members.arrive(replace(CLAIRE, roles=["admin"]), unwritable)
    found = Sessions(tmp_path).find(token)
    assert found is not None
    assert found.roles == ("manager",)


def arrived(home: Path) -> int:
    return Members(home).arrive(CLAIRE, nothing).id


def test_one_person_who_arrives_in_many_processes_is_one_user(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert len(set(pool.map(arrived, [tmp_path] * 6))) == 1
    assert [user.name for user in Users(tmp_path).all()] == ["claire"]
