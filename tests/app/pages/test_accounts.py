"""The page of the accounts: what it lists, and what each act does to accounts, tokens and the journal."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from app.accounts import User, acting
from app.declared import callbacks
from app.pages.accounts.acts import Act, perform
from app.pages.accounts.callbacks import answer
from app.pages.accounts.payload import browser, page
from app.pages.accounts.words import initials
from app.services import Services, serving
from data.audit import Line, Sought
from data.store import JournalFailed
from data.users import Account, AccountRefused
from queries.selection import Selection
from tests.published import app_on, publish, settings

EVERY, BOBIGNY = "", str(Selection(picks={"agency": ("Bobigny",)}))
BLANK: Act = {
    "kind": "add", "user": 0, "name": "", "label": "", "roles": [], "reach": "none", "agencies": [],
    "days": 0, "t": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three agencies, and nobody yet."""
    home = tmp_path_factory.mktemp("accounts") / "home"
    publish(home)
    return home


@pytest.fixture
def world(published: Path, home: Path) -> Iterator[Services]:
    """Sophie, who is the administrator, at her page; Inès, who sees Bobigny, has two sessions."""
    copytree(published, home)
    found = Services(settings(home))
    users, sessions = found.stores.users, found.stores.sessions
    sophie = users.add("sophie", ["admin"], None, "Sophie Martin")
    ines = users.add("ines", ["officer"], BOBIGNY, "Inès Laurent")
    for each in (sophie, ines):
        users.set_password(each.id, "hashed")
    mine = sessions.find(sessions.open(sophie.id, "password"))
    for _ in range(2):
        sessions.open(ines.id, "password", "Mozilla/5.0 (Windows NT 10.0) Firefox/128.0")
    assert mine
    who = User("sophie", ("admin",), None, "Sophie Martin", sophie.id, mine.key)
    with serving(found), acting(who):
        yield found
    found.close()


def act(kind: str, **values: Any) -> Act:
    return {**BLANK, "kind": kind, **values}  # type: ignore[typeddict-item]


def named(world: Services, name: str) -> Account:
    return world.stores.users.known(name)


def shown(name: str) -> dict[str, Any]:
    return next(row for row in page()["users"] if row["name"] == name)


def said(world: Services) -> list[Line]:
    return world.stores.audit.lines(Sought())


def test_the_page_says_who_may_what_where_and_how_often_they_are_in(world: Services) -> None:
    world.stores.users.add("hugo", ["caller", "manager"], None)
    rows = {row["name"]: row for row in page()["users"]}
    assert [rows[name]["state"] for name in ("sophie", "ines", "hugo")] == ["active", "active", "waiting"]
    assert rows["hugo"]["spoken"] == ["Responsable", "Chargé de recouvrement"]
    assert (rows["ines"]["reach"], rows["ines"]["agencies"]) == ("some", ["Bobigny"])
    assert [len(rows[name]["sessions"]) for name in ("sophie", "ines", "hugo")] == [1, 2, 0]
    assert (rows["sophie"]["me"], rows["sophie"]["alone"], rows["ines"]["me"]) == (True, True, False)
    assert {kpi["id"]: kpi["raw"] for kpi in page()["kpis"]} == {
        "active": 2,
        "waiting": 1,
        "sessions": 3,
        "tokens": 0,
    }


def test_who_hands_out_agencies_knows_them_all_though_they_see_no_row(world: Services) -> None:
    assert page()["agencies"] == ["Bobigny", "Créteil", "Évry"]


def test_an_account_is_added_with_a_link_that_is_told_once(world: Services) -> None:
    done = perform(
        act("add", name="paul", label="Paul Vasseur", roles=["officer"], reach="some", agencies=["Évry"])
    )
    made = named(world, "paul")
    assert (made.label, made.roles, made.scope) == ("Paul Vasseur", ("officer",), "agency=%C3%89vry")
    address, _, token = done.link.partition("?link=")
    assert address == "http://127.0.0.1:8050/invitation"
    link = world.stores.links.find(token)
    assert link
    assert (link.kind, link.user, link.made_by) == ("invitation", made, "sophie")
    assert token not in str(page())
    assert shown("paul")["state"] == "invited"


def test_each_act_has_its_line_without_any_secret(world: Services) -> None:
    link = perform(act("add", name="paul", roles=["officer"])).link
    token = perform(act("token", name="night", roles=["monitor"], days=30)).token
    lines = said(world)
    assert [line.action for line in reversed(lines)] == ["user.added", "user.invited", "token.added"]
    assert {line.who for line in lines} == {"sophie"}
    assert lines[2].details == {"account": "paul", "roles": ["officer"], "scope": None}
    kept = b"".join(file.read_bytes() for file in world.stores.audit.file.parent.glob("journal*"))
    for secret in (link.partition("=")[2], token):
        assert secret
        assert secret.encode() not in kept


def test_an_account_without_agencies_sees_no_row(world: Services) -> None:
    perform(act("add", name="paul", roles=["officer"], reach="some", agencies=[]))
    assert named(world, "paul").scope is None
    assert shown("paul")["needs"] is True


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"roles": []}, "no_role"),
        ({"roles": ["root"]}, "no_role"),
        ({"reach": "some", "agencies": ["Lyon"]}, "unknown_agency"),
        ({"name": "INES"}, "name_taken"),
        ({"name": " "}, "bad_name"),
        ({"name": "a@@b"}, "bad_name"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    world: Services, values: dict[str, Any], reason: str
) -> None:
    with pytest.raises(AccountRefused) as refused:
        perform(act("add", **{"name": "paul", "roles": ["officer"], **values}))
    assert refused.value.reason == reason
    assert len(page()["users"]) == 2
    assert said(world) == []


def test_other_rights_end_the_sessions_and_say_what_was_before(world: Services) -> None:
    ines = named(world, "ines")
    perform(act("change", user=ines.id, label="Inès L.", roles=["manager"], reach="every"))
    changed = named(world, "ines")
    assert (changed.label, changed.roles, changed.scope) == ("Inès L.", ("manager",), EVERY)
    assert world.stores.sessions.of(ines.id) == []
    assert said(world)[0].details == {
        "account": "ines",
        "before": {"roles": ["officer"], "scope": BOBIGNY},
        "roles": ["manager"],
        "scope": EVERY,
    }


def test_a_scope_cut_in_another_way_stays_when_it_is_kept(world: Services) -> None:
    north = str(Selection(picks={"region": ("Nord",)}))
    paul = world.stores.users.add("paul", ["manager"], north)
    assert shown("paul")["reach"] == "other"
    perform(act("change", user=paul.id, roles=["executive"], reach="other"))
    assert named(world, "paul").scope == north


def test_an_agency_that_is_no_longer_published_can_be_kept_but_not_given(world: Services) -> None:
    gone = str(Selection(picks={"agency": ("Lyon",)}))
    paul = world.stores.users.add("paul", ["manager"], gone)
    perform(act("change", user=paul.id, roles=["manager"], reach="some", agencies=["Lyon", "Évry"]))
    assert set(shown("paul")["agencies"]) == {"Lyon", "Évry"}
    with pytest.raises(AccountRefused):
        perform(
            act("change", user=named(world, "ines").id, roles=["officer"], reach="some", agencies=["Lyon"])
        )


def test_the_last_administrator_keeps_the_role(world: Services) -> None:
    sophie = named(world, "sophie")
    with pytest.raises(AccountRefused) as refused:
        perform(act("change", user=sophie.id, roles=["manager"]))
    assert refused.value.reason == "last_admin"
    perform(act("change", user=named(world, "ines").id, roles=["admin"]))
    assert not shown("sophie")["alone"]
    perform(act("change", user=sophie.id, roles=["manager"]))
    assert shown("ines")["alone"]


@pytest.mark.parametrize("kind", ["disable", "reset"])
def test_nobody_shuts_themselves_out(world: Services, kind: str) -> None:
    with pytest.raises(AccountRefused) as refused:
        perform(act(kind, user=named(world, "sophie").id))
    assert refused.value.reason == "oneself"


def test_the_last_administrator_is_disabled_by_nobody(world: Services) -> None:
    sophie = named(world, "sophie")
    with acting(User("other", ("admin",))), pytest.raises(AccountRefused) as refused:
        perform(act("disable", user=sophie.id))
    assert refused.value.reason == "last_admin"
    assert not named(world, "sophie").disabled


def test_a_disabled_account_is_out_at_once_and_may_come_back(world: Services) -> None:
    ines = named(world, "ines")
    perform(act("disable", user=ines.id))
    assert shown("ines")["state"] == "disabled"
    assert world.stores.sessions.of(ines.id) == []
    perform(act("enable", user=ines.id))
    assert shown("ines")["state"] == "active"
    assert [line.action for line in said(world)] == ["user.enabled", "user.disabled"]


def test_a_reset_password_opens_no_more_and_the_link_lets_choose_another(world: Services) -> None:
    token = perform(act("reset", user=named(world, "ines").id)).link.partition("=")[2]
    assert world.stores.users.password("ines") is None
    link = world.stores.links.find(token)
    assert link
    assert link.kind == "reset"
    assert said(world)[0].action == "user.reset"


def test_sessions_are_ended_but_for_the_one_that_asks(world: Services) -> None:
    sophie, ines = named(world, "sophie"), named(world, "ines")
    world.stores.sessions.open(sophie.id, "password")
    for each in (sophie, ines):
        perform(act("end", user=each.id))
    assert [session["mine"] for session in shown("sophie")["sessions"]] == [True]
    assert shown("ines")["sessions"] == []


def test_a_token_is_told_once_and_revoked_for_good(world: Services) -> None:
    token = perform(act("token", name="night", roles=["monitor"], reach="every", days=30)).token
    found = world.stores.tokens.find(token)
    assert found
    assert (found.name, found.roles, found.scope, found.made_by) == ("night", ("monitor",), EVERY, "sophie")
    assert token not in str(page())
    assert [row["state"] for row in page()["tokens"]] == ["valid"]
    perform(act("revoke", name="night"))
    assert world.stores.tokens.find(token) is None
    assert [row["state"] for row in page()["tokens"]] == ["revoked"]


@pytest.mark.parametrize("days", [0, 367])
def test_a_token_lasts_a_day_to_a_year(world: Services, days: int) -> None:
    with pytest.raises(AccountRefused):
        perform(act("token", name="night", roles=["monitor"], days=days))


@pytest.mark.parametrize("kind", ["add", "change", "reset", "disable", "token"])
def test_what_cannot_be_written_down_is_not_done(world: Services, kind: str) -> None:
    ines = named(world, "ines")
    world.stores.audit.close()
    for file in world.stores.audit.file.parent.glob("journal.sqlite*"):
        file.unlink()
    world.stores.audit.file.mkdir()
    asked = act(kind, user=ines.id, name="paul", label="I.", roles=["manager"], reach="every", days=9)
    with pytest.raises(JournalFailed):
        perform(asked)
    assert named(world, "ines") == ines
    assert world.stores.users.password("ines")
    assert [each.name for each in world.stores.users.all()] == ["ines", "sophie"]
    assert world.stores.tokens.all() == []
    assert "link" not in answer(asked)


def test_a_refusal_is_a_sentence_and_shows_nothing_new(world: Services) -> None:
    assert answer(act("add", name="ines", roles=["officer"])) == {
        "refused": "Le nom «\u00a0ines\u00a0» est déjà pris."
    }


def test_an_answer_brings_the_page_as_it_is_after(world: Services) -> None:
    found = answer(act("disable", user=named(world, "ines").id))
    assert "Inès Laurent" in found["told"]
    assert {row["name"]: row["state"] for row in found["page"]["users"]}["ines"] == "disabled"


def test_an_account_that_is_not_there_is_told(world: Services) -> None:
    with pytest.raises(AccountRefused) as refused:
        perform(act("disable", user=99))
    assert refused.value.reason == "unknown"


def test_accounts_that_cannot_be_read_are_a_sentence(world: Services) -> None:
    world.stores.users.close()
    for file in world.stores.users.file.parent.glob("accounts.sqlite*"):
        file.unlink()
    world.stores.users.file.mkdir()
    assert set(page()) == {"problem"}


def test_without_data_the_page_stands_and_offers_no_agency(home: Path) -> None:
    found = Services(settings(home))
    with serving(found), acting(User("sophie", ("admin",))):
        assert (page()["agencies"], page()["users"]) == ([], [])
    found.close()


def test_acts_need_another_permission_than_the_list(home: Path) -> None:
    held = callbacks(app_on(home).state.dash)
    assert (held["accounts-data.data"], held["accounts-done.data"]) == ("user.view", "user.write")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox, Linux"),
        ("<script>alert(1)</script>", "navigateur inconnu"),
    ],
)  # fmt: skip
def test_a_browser_is_named_from_our_own_words(told: str, words: str) -> None:
    assert browser(told) == words


@pytest.mark.parametrize(
    ("label", "short"),
    [("Inès Laurent", "IL"), ("sophie.martin", "SM"), ("Anne", "A"), ("Jean de La Tour", "JT"), ("…", "?")],
)
def test_initials_stand_for_a_person(label: str, short: str) -> None:
    assert initials(label) == short
