"""Which groups give which rights."""

import re
from pathlib import Path
from typing import Any

import pytest

from app.oidc.groups import BadGroups, Groups, Rights, read
from app.settings import Settings


def groups(folder: Path, text: str) -> Groups:
    file = folder / "groups.toml"
    file.write_text(text, encoding="utf-8")
    return read(file)


def rights(folder: Path, access: str, claims: dict[str, Any]) -> Rights | None:
    return groups(folder, f"[[access]]\n{access}").rights(claims)


@pytest.mark.parametrize(
    "claims",
    [
        {"groups": ["other", "g"]},
        {"groups": "g"},
        {"realm_access": {"roles": ["g"]}},
        {"groups": ["other"], "realm_access": {"roles": ["g"]}},
    ],
)
def test_a_group_is_found_where_providers_write_it(tmp_path: Path, claims: dict[str, Any]) -> None:
    assert rights(tmp_path, "group = 'g'\nroles = ['manager']", claims) == Rights(("manager",), None)


@pytest.mark.parametrize("value", ["G", "g ", "gg", "/g"])
def test_a_group_is_matched_letter_by_letter(tmp_path: Path, value: str) -> None:
    assert rights(tmp_path, "group = 'g'\nroles = ['manager']", {"groups": [value]}) is None


@pytest.mark.parametrize(
    ("claim", "claims"),
    [
        ("siret", {"siret": "130025265"}),
        ("resource_access.vigie.roles", {"resource_access": {"vigie": {"roles": ["130025265"]}}}),
        ("https://example.org/unit", {"https://example.org/unit": ["130025265"]}),
    ],
)
def test_any_claim_may_give_rights(tmp_path: Path, claim: str, claims: dict[str, Any]) -> None:
    access = f"claim = '{claim}'\nvalue = '130025265'\nroles = ['analyst']\nall_agencies = true"
    assert rights(tmp_path, access, claims) == Rights(("analyst",), "")


@pytest.mark.parametrize(
    "claims", [{}, {"a": 7}, {"a": {"b": {"c": "v"}}}, {"a": [{"b": "v"}]}, {"a.b": None}, {"a": None}]
)
def test_a_claim_that_is_not_there_gives_none(tmp_path: Path, claims: dict[str, Any]) -> None:
    assert rights(tmp_path, "claim = 'a.b'\nvalue = 'v'\nroles = ['analyst']", claims) is None


@pytest.mark.parametrize(
    ("verified", "held"), [(True, True), (False, False), ("false", False), (None, False)]
)
def test_an_address_counts_where_the_provider_did_not_say_it_is_unproven(
    tmp_path: Path, verified: object, held: bool
) -> None:
    access = "claim = 'email'\nvalue = 'a@b.fr'\nroles = ['admin']"
    found = rights(tmp_path, access, {"email": "a@b.fr", "email_verified": verified})
    assert (found is not None) == held
    assert rights(tmp_path, access, {"email": "a@b.fr"}) is not None


def test_several_groups_give_all_their_roles_and_agencies(tmp_path: Path) -> None:
    found = groups(
        tmp_path,
        """
        [[access]]
        group = "a"
        roles = ["manager", "officer"]
        agencies = ["Évry & co", "Bobigny"]
        [[access]]
        group = "b"
        roles = ["manager", "caller"]
        agencies = ["Bobigny", "Créteil"]
        [[access]]
        group = "c"
        roles = ["admin"]
        """,
    )
    assert found.rights({"groups": ["a", "b", "c"]}) == Rights(
        ("admin", "caller", "manager", "officer"),
        "agency=Bobigny&agency=Cr%C3%A9teil&agency=%C3%89vry+%26+co",
    )


def test_all_agencies_of_one_group_are_all(tmp_path: Path) -> None:
    text = """
        [[access]]
        group = "a"
        roles = ["manager"]
        agencies = ["Bobigny"]
        [[access]]
        group = "b"
        roles = ["executive"]
        all_agencies = true
        """
    assert groups(tmp_path, text).rights({"groups": ["a", "b"]}) == Rights(("executive", "manager"), "")


def test_no_file_gives_nobody_any_right() -> None:
    assert read(None).rights({"groups": ["a"]}) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[access]]\nroles = ['manager']", "either a group, or a claim and its value"),
        ("[[access]]\ngroup = 'g'\nclaim = 'c'\nvalue = 'v'\nroles = ['manager']", "either a group"),
        ("[[access]]\nclaim = 'c'\nroles = ['manager']", "either a group"),
        ("[[access]]\ngroup = 'g'\nroles = ['emperor']", "no such role: emperor"),
        ("[[access]]\ngroup = 'g'\nroles = []", "access.0.roles"),
        ("[[access]]\ngroup = ''\nroles = ['manager']", "access.0.group"),
        ("[[access]]\ngroup = 'g'\nroles = 'manager'", "access.0.roles"),
        ("[[access]]\ngroup = 'g'\nroles = ['manager']\nagency = 'Bobigny'", "access.0.agency"),
        ("[[access]]\ngroup = 'g'\nroles = ['manager']\nall_agencies = 'false'", "access.0.all_agencies"),
        (
            "[[access]]\ngroup = 'g'\nroles = ['manager']\nagencies = ['A']\nall_agencies = true",
            "either agencies",
        ),
        ("contacts = 'x'", "contacts"),
        ("not toml", "at line 1"),
    ],
)
def test_a_file_that_is_not_as_it_must_be_is_refused_and_says_what(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(BadGroups, match=told):
        groups(tmp_path, text)


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "groups.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadGroups):
        read(tmp_path / "groups.toml")
    with pytest.raises(BadGroups, match="No such file"):
        read(tmp_path / "none.toml")


def test_the_documented_file_is_one_and_every_setting_is_documented(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "organisation.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(groups(tmp_path, example).access) == 3
    settings = {f"VIGIE_{name.upper()}" for name in Settings.model_fields if name.startswith("oidc_")}
    assert settings <= set(re.findall(r"VIGIE_\w+", text))
