"""Accounts of people whom the provider vouches for: rights, names, sessions."""

from collections.abc import Iterator

import pytest

from tests.app.oidc_world import World, anew, organised


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with organised(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture
def world(shared: World) -> World:
    return anew(shared)


def test_the_groups_give_roles_and_agencies(world: World) -> None:
    world.sign_in()
    found = world.stores.users.named(world.person["preferred_username"])
    assert found is not None
    assert (found.roles, found.scope) == (("manager",), "agency=Bobigny&agency=%C3%89vry")


def test_the_first_sign_in_makes_the_user_and_writes_it_down(world: World) -> None:
    world.sign_in()
    name = world.person["preferred_username"]
    rights = {"roles": ["manager"], "scope": "agency=Bobigny&agency=%C3%89vry"}
    assert world.lines()[-2:] == [
        ("user.added", name, {"account": name, "means": "organisation", **rights}),
        ("signed_in", name, {"means": "organisation"}),
    ]


def test_a_later_sign_in_changes_nothing_where_the_groups_are_the_same(world: World) -> None:
    world.sign_in()
    first = world.session or ""
    world.place.cookies.clear()
    world.sign_in()
    assert world.stores.sessions.find(first) is not None
    assert [action for action, *_ in world.lines()[-3:]] == ["user.added", "signed_in", "signed_in"]


def test_other_groups_give_other_rights_and_end_the_other_sessions(world: World) -> None:
    world.sign_in()
    first = world.session or ""
    world.place.cookies.clear()
    world.person["groups"] = ["réseau"]
    world.sign_in()
    found = world.stores.sessions.find(world.session or "")
    assert found is not None
    assert (found.roles, found.scope) == (("executive",), "")
    assert world.stores.sessions.find(first) is None
    assert [action for action, *_ in world.lines()[-2:]] == ["user.changed", "signed_in"]


def test_the_mapping_is_read_again_at_each_sign_in(world: World) -> None:
    world.sign_in()
    world.groups.write_text(
        world.groups.read_text(encoding="utf-8").replace('"manager"', '"analyst"'), encoding="utf-8"
    )
    world.sign_in()
    found = world.stores.sessions.find(world.session or "")
    assert found is not None
    assert found.roles == ("analyst",)


def test_a_person_of_the_provider_is_never_the_local_one_of_that_name(world: World) -> None:
    name = world.person["preferred_username"]
    local = world.stores.users.add(name, ["admin"], "")
    world.sign_in()
    found = world.stores.sessions.find(world.session or "")
    assert found is not None
    assert (found.name, found.roles) == (f"{name} (2)", ("manager",))
    assert world.stores.users.named(name) == local


def test_another_person_who_bears_the_name_later_is_another_user(world: World) -> None:
    world.sign_in()
    first = world.stores.sessions.find(world.session or "")
    world.person["sub"] += "-other"
    world.sign_in()
    second = world.stores.sessions.find(world.session or "")
    assert first is not None
    assert second is not None
    assert first.user != second.user


def test_a_person_who_changed_names_is_the_same_user(world: World) -> None:
    world.sign_in()
    first = world.stores.sessions.find(world.session or "")
    world.person.update({"preferred_username": "another.name", "name": "Another Name"})
    world.sign_in()
    second = world.stores.sessions.find(world.session or "")
    assert first is not None
    assert second is not None
    assert (second.user, second.name, second.label) == (first.user, first.name, "Another Name")


@pytest.mark.parametrize("name", ["token:nightly", "demonstration", "a\nb", "x" * 101, "", "a@@b", 7])
def test_a_name_that_would_mislead_the_journal_is_not_taken(world: World, name: object) -> None:
    world.person["preferred_username"] = name
    world.sign_in()
    found = world.stores.sessions.find(world.session or "")
    assert found is not None
    assert found.name.startswith("organisation-")


def test_proconnect_says_who_it_is_in_a_signed_answer_beside_the_token(world: World) -> None:
    world.provider.signed_userinfo = True
    about = {"given_name": "Claire", "usual_name": "Martin", "groups": ["pilotage"]}
    world.person.pop("groups")
    world.provider.about = lambda claims: claims.update(about)
    world.sign_in()
    found = world.stores.sessions.find(world.session or "")
    assert found is not None
    assert found.label == "Claire Martin"


def test_keycloak_writes_groups_into_the_token_or_beside_it(world: World) -> None:
    world.person.update({"realm_access": {"roles": ["réseau", "offline_access"]}, "groups": ["/elsewhere"]})
    world.provider.about = lambda claims: claims.pop("realm_access")
    world.sign_in()
    found = world.stores.sessions.find(world.session or "")
    assert found is not None
    assert found.roles == ("executive",)
