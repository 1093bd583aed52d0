"""vigie users and vigie tokens: accounts by command."""

import json
from getpass import getuser
from pathlib import Path

import pytest

from app.cli import command_line, run
from data.audit import Audit
from data.links import Links
from data.sessions import Sessions
from data.store import JournalFailed
from data.tokens import Tokens
from data.users import Users
from tests.published import publish


def vigie(*words: str) -> int:
    return run(lambda: command_line()(list(words)))


@pytest.fixture
def lines(home: Path) -> "Lines":
    return Lines(home)


class Lines:
    """What the journal says, as (action, who, details)."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def __call__(self) -> list[tuple[str, str, dict[str, object]]]:
        journal = Audit(self._home)
        try:
            with journal._reading() as connection:
                assert connection is not None
                rows = connection.execute("SELECT action, who, details FROM audit ORDER BY id").fetchall()
        finally:
            journal.close()
        return [(row["action"], row["who"], json.loads(row["details"])) for row in rows]


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """The last line of stdout."""
    return capsys.readouterr().out.splitlines()[-1]


def link(capsys: pytest.CaptureFixture[str]) -> str:
    return told(capsys).split("/invitation?link=")[1]


def test_add_prints_a_link_that_opens_the_account(
    home: Path, capsys: pytest.CaptureFixture[str], lines: Lines
) -> None:
    publish(home)
    assert (
        vigie("users", "add", "anne", "--role", "manager", "--role", "officer", "--agencies", "Évry,Bobigny")
        == 0
    )
    address = told(capsys)
    assert address.startswith("http://127.0.0.1:8050/invitation?link=")
    found = Links(home).find(address.split("link=")[1])
    assert found is not None
    assert found.user is not None
    assert (found.user.name, found.user.roles) == ("anne", ("manager", "officer"))
    assert found.user.scope == "agency=Bobigny&agency=%C3%89vry"
    assert [line[:2] for line in lines()] == [("user.added", getuser()), ("user.invited", getuser())]
    assert lines()[0][2]["account"] == "anne"


def test_without_agencies_it_says_that_no_row_is_seen(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert vigie("users", "add", "anne", "--role", "manager") == 0
    assert "ne verra aucun dossier" in capsys.readouterr().err
    assert Users(home).known("anne").scope is None


def test_all_agencies_are_every_row(home: Path) -> None:
    assert (
        vigie("users", "add", "anne", "--role", "manager,analyst", "--all-agencies", "--label", "Anne R.")
        == 0
    )
    made = Users(home).known("anne")
    assert (made.scope, made.roles, made.label) == ("", ("analyst", "manager"), "Anne R.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--role", "boss"), "boss"),
        ((), "--role"),
        (("--role", "manager", "--agencies", "Lille"), "Lille"),
        (("--role", "manager", "--agencies", "Évry", "--all-agencies"), "--agencies"),
    ],
)
def test_wrong_usage_adds_nobody(
    home: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    publish(home)
    assert vigie("users", "add", "anne", *words) == 2
    assert said in capsys.readouterr().err
    assert Users(home).all() == []


def test_an_agency_with_a_comma_in_its_name_is_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.published.AGENCIES", ("Lyon, Part-Dieu", "Lyon", "Part-Dieu"))
    publish(home)
    assert vigie("users", "add", "anne", "--role", "manager", "--agencies", "Lyon, Part-Dieu") == 0
    assert Users(home).known("anne").scope == "agency=Lyon%2C+Part-Dieu"


def test_before_anything_is_published_any_agency_may_be_named(home: Path) -> None:
    assert vigie("users", "add", "anne", "--role", "manager", "--agencies", "Lille") == 0
    assert Users(home).known("anne").scope == "agency=Lille"


def test_a_name_is_taken_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vigie("users", "add", "anne", "--role", "manager")
    assert vigie("users", "add", "ANNE", "--role", "manager") == 1
    assert capsys.readouterr().err.splitlines()[-1] == "vigie: le nom « ANNE » est déjà pris"


def test_change_keeps_what_is_not_said_and_ends_the_sessions(home: Path, lines: Lines) -> None:
    vigie("users", "add", "anne", "--role", "manager", "--agencies", "Lille", "--label", "Anne R.")
    users, sessions = Users(home), Sessions(home)
    token = sessions.open(users.known("anne").id, "password")
    assert vigie("users", "change", "anne", "--role", "analyst") == 0
    made = users.known("anne")
    assert (made.roles, made.scope, made.label) == (("analyst",), "agency=Lille", "Anne R.")
    assert sessions.find(token) is None
    assert vigie("users", "change", "anne", "--no-agency") == 0
    assert users.known("anne").scope is None
    assert vigie("users", "change", "anne", "--no-agency", "--all-agencies") == 2
    assert lines()[2][2]["before"] == {"roles": ["manager"], "scope": "agency=Lille"}


def test_disable_and_enable(home: Path, lines: Lines) -> None:
    vigie("users", "add", "anne", "--role", "manager")
    assert vigie("users", "disable", "anne") == 0
    assert Users(home).known("anne").disabled
    assert vigie("users", "enable", "anne") == 0
    assert not Users(home).known("anne").disabled
    assert [line[0] for line in lines()[2:]] == ["user.disabled", "user.enabled"]


def test_the_last_administrator_stays(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vigie("users", "add", "chief", "--role", "admin")
    assert vigie("users", "disable", "chief") == 1
    assert capsys.readouterr().err.count("\n") == 2  # no agency, and this
    assert not Users(home).known("chief").disabled


def test_reset_takes_the_password_away(home: Path, capsys: pytest.CaptureFixture[str], lines: Lines) -> None:
    vigie("users", "add", "anne", "--role", "manager")
    users = Users(home)
    users.set_password(users.known("anne").id, "a hash")
    assert vigie("users", "reset", "anne") == 0
    found = Links(home).find(link(capsys))
    assert found is not None
    assert found.kind == "reset"
    assert users.password("anne") is None
    assert lines()[-1][0] == "user.reset"


def test_who_never_chose_a_password_is_invited_again(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vigie("users", "add", "anne", "--role", "manager")
    old = link(capsys)
    assert vigie("users", "reset", "anne") == 0
    found = Links(home).find(link(capsys))
    assert found is not None
    assert found.kind == "invitation"
    assert Links(home).find(old) is None


def test_sessions_are_shown_and_ended(home: Path, capsys: pytest.CaptureFixture[str], lines: Lines) -> None:
    vigie("users", "add", "anne", "--role", "manager")
    sessions = Sessions(home)
    token = sessions.open(Users(home).known("anne").id, "password", "Firefox")
    assert vigie("users", "sessions", "anne") == 0
    assert "Firefox" in capsys.readouterr().out
    assert sessions.find(token) is not None
    assert vigie("users", "sessions", "anne", "--end") == 0
    assert sessions.find(token) is None
    assert lines()[-1][0] == "session.ended"


def test_the_list_says_who_may_do_what(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert vigie("users", "list") == 0
    assert "vigie users add" in capsys.readouterr().out
    vigie("users", "add", "anne", "--role", "manager", "--agencies", "Lille")
    capsys.readouterr()
    vigie("users", "list")
    out = capsys.readouterr().out
    assert [word for word in ("anne", "manager", "Lille", "Invité") if word not in out] == []
    vigie("users", "list", "--format", "json")
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["name"], row["roles"], row["scope"], row["state"]) == (
        "anne",
        ["manager"],
        "agency=Lille",
        "invited",
    )
    assert "password" not in row


@pytest.mark.parametrize("act", ["change", "disable", "enable", "reset", "sessions"])
def test_a_user_who_does_not_exist_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], act: str
) -> None:
    assert vigie("users", act, "nobody") == 1
    assert capsys.readouterr().err == "vigie: aucun compte « nobody »\n"


def test_what_cannot_be_written_down_is_not_done(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vigie("users", "add", "anne", "--role", "manager")

    def refuse(*_words: object) -> int:
        raise JournalFailed("unwritable", detail="No space left on device")

    monkeypatch.setattr(Audit, "record", refuse)
    capsys.readouterr()
    assert vigie("users", "add", "paul", "--role", "manager") == 1
    assert vigie("users", "change", "anne", "--role", "admin") == 1
    assert vigie("tokens", "add", "grafana", "--role", "monitor") == 1
    assert capsys.readouterr().err.count("\n") == 3
    assert [each.roles for each in Users(home).all()] == [("manager",)]
    assert Tokens(home).all() == []


def test_a_token_stands_alone_on_stdout(home: Path, capsys: pytest.CaptureFixture[str], lines: Lines) -> None:
    assert vigie("tokens", "add", "grafana", "--role", "monitor", "--days", "30") == 0
    out = capsys.readouterr().out
    found = Tokens(home).find(out.strip())
    assert found is not None
    assert out.count("\n") == 1
    assert (found.name, found.roles, found.scope, found.made_by) == ("grafana", ("monitor",), None, getuser())
    assert lines() == [
        ("token.added", getuser(), {"token": "grafana", "roles": ["monitor"], "scope": None, "days": 30})
    ]


def test_a_token_has_agencies_as_a_user_has(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vigie("tokens", "add", "etl", "--role", "analyst", "--agencies", "Lille")
    vigie("tokens", "add", "bi", "--role", "manager", "--all-agencies")
    capsys.readouterr()
    vigie("tokens", "list", "--format", "json")
    assert [row["scope"] for row in json.loads(capsys.readouterr().out)] == ["", "agency=Lille"]


def test_a_revoked_token_opens_nothing(home: Path, capsys: pytest.CaptureFixture[str], lines: Lines) -> None:
    vigie("tokens", "add", "grafana", "--role", "monitor")
    token = told(capsys)
    assert vigie("tokens", "revoke", "grafana") == 0
    assert Tokens(home).find(token) is None
    assert lines()[-1][:2] == ("token.revoked", getuser())
    assert vigie("tokens", "revoke", "other") == 1
    vigie("tokens", "list")
    assert "Révoqué" in capsys.readouterr().out


@pytest.mark.parametrize("days", ["0", "367", "x"])
def test_a_token_lasts_a_year_at_most(home: Path, days: str) -> None:
    assert vigie("tokens", "add", "grafana", "--role", "monitor", "--days", days) == 2
