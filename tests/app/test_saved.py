"""Where a reader starts, and the menu of saved views: only addresses of ours that the reader may open."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import identity, shell
from app.accounts import ROLES, User, acting
from app.saved import LONGEST
from app.services import serving
from data.saved_views import SavedView
from data.store import JournalFailed
from queries.selection import Selection
from tests.published import app_on, publish, visit

USUAL = "/production"  # the days published are fewer than twelve months


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    home = tmp_path_factory.mktemp("home")
    publish(home)
    return app_on(home)


@pytest.fixture
def here(
    server: FastAPI, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """As a reader of all roles that no other test knows."""
    monkeypatch.setattr(identity, "DEMONSTRATION", User(request.node.name, tuple(ROLES), Selection()))
    with visit(server) as place:
        yield place


def root(here: TestClient, cookie: str | None = None) -> str:
    headers = {} if cookie is None else {"cookie": f"vigie_last={cookie}"}
    answer = here.get("/", headers=headers)
    assert answer.status_code == 302
    return str(answer.headers["location"])


def change(here: TestClient, do: str, name: str, **more: Any) -> Any:
    return here.post("/saved", json={"do": do, "name": name, **more})


def names(answer: Any) -> list[str]:
    return [view["name"] for view in answer.json()["views"]]


class TestStart:
    def test_without_a_cookie_it_is_the_first_page(self, here: TestClient) -> None:
        assert root(here) == USUAL

    @pytest.mark.parametrize(
        "last",
        [
            "/production?agency=Cr%C3%A9teil&since=2026-01-01",
            "/production?compare=year&compare=network",
            "/agencies/Bobigny?case_type=Retraite",
        ],
    )
    def test_it_is_where_the_reader_was(self, here: TestClient, last: str) -> None:
        assert root(here, quote(last, safe="")) == last

    def test_what_is_written_otherwise_is_led_to_as_we_write_it(self, here: TestClient) -> None:
        assert root(here, quote("/production?until=2026-01-31&agency=Lille", safe="")) == (
            "/production?agency=Lille&until=2026-01-31"
        )

    @pytest.mark.parametrize(
        "hostile",
        [
            "//evil.example/production",
            "https://evil.example/",
            "https:/evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/production/../../evil",
            "/production//evil.example",
            "/production@evil.example",
            ".evil.example/production",
            "/production#//evil.example",
            "/agencies/..%2F..%2Fevil",
            "/agencies//evil.example",
            "/agencies/Bobigny\r\nSet-Cookie: a=b",
            "/production?next=https://evil.example",
            "/production?since=31-12-2026",
            "/production?compare=everything",
            "javascript:alert(1)",
            "data:text/html,x",
            "production",
            "?agency=Lille",
            "",
            " /production?agency=Lille",
            "\t//evil.example",
            "\x00",
            "%",
            "%2F%2Fevil.example",
            "/export/csv",
            "/",
            "/clients",
            "/clients/100482",
            "/agents/nobody",
            "/agencies/nowhere",
        ],
    )
    def test_anything_else_leads_to_the_first_page(self, here: TestClient, hostile: str) -> None:
        assert root(here, quote(hostile, safe="")) == USUAL

    def test_a_cookie_that_is_no_text_or_too_long_is_none(self, here: TestClient) -> None:
        assert root(here, "%FF%FE%00") == USUAL
        assert root(here, quote("/production?agency=" + "x" * LONGEST, safe="")) == USUAL

    def test_what_the_reader_may_not_open_is_not_led_to(
        self, here: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(identity, "DEMONSTRATION", User("paul", ("officer",), Selection()))
        assert root(here, quote("/production?agency=Lille", safe="")) == "/clients"
        scope = Selection(picks={"agency": ("Créteil",)})
        monkeypatch.setattr(identity, "DEMONSTRATION", User("paul", ("manager",), scope))
        assert root(here, quote("/agencies/Bobigny", safe="")) == USUAL
        assert root(here, quote("/agencies/Cr%C3%A9teil", safe="")) == "/agencies/Cr%C3%A9teil"

    def test_the_view_to_start_with_comes_before_where_the_reader_was(self, here: TestClient) -> None:
        change(here, "save", "Lille", address="/production?agency=Lille", first=True)
        assert root(here, quote("/production?agency=Rouen", safe="")) == "/production?agency=Lille"
        change(here, "start", "Lille", first=False)
        assert root(here, quote("/production?agency=Rouen", safe="")) == "/production?agency=Rouen"

    def test_a_journal_that_cannot_be_read_does_not_keep_the_reader_out(
        self, here: TestClient, server: FastAPI, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def failed(*_given: object) -> None:
            raise JournalFailed("unreadable", detail="disk")

        monkeypatch.setattr(server.state.services.stores.saved, "start", failed)
        assert root(here, quote("/production?agency=Lille", safe="")) == "/production?agency=Lille"


class TestMenu:
    def test_a_view_is_saved_renamed_and_deleted(self, here: TestClient) -> None:
        saved = change(here, "save", "Lille", address="/production?agency=Lille")
        assert saved.json()["views"] == [
            {"name": "Lille", "address": "/production?agency=Lille", "first": False}
        ]
        assert names(change(here, "rename", "Lille", to="Nord")) == ["Nord"]
        assert names(here.get("/saved")) == ["Nord"]
        assert names(change(here, "remove", "Nord")) == []

    def test_the_original_view_is_that_of_a_first_visit(self, here: TestClient) -> None:
        assert here.get("/saved").json()["origin"] == USUAL

    def test_a_deleted_view_can_be_put_back_as_it_was(self, here: TestClient) -> None:
        change(here, "save", "Lille", address="/production?agency=Lille", first=True)
        (view,) = here.get("/saved").json()["views"]
        change(here, "remove", "Lille")
        assert change(here, "save", **view).json()["views"] == [view]

    @pytest.mark.parametrize(
        "where", ["https://evil.example", "//evil.example", "/clients/100482", "/production?next=x", "/", ""]
    )
    def test_only_addresses_of_ours_are_kept(self, here: TestClient, where: str) -> None:
        answer = change(here, "save", "x", address=where)
        assert answer.status_code == 422
        assert answer.json()["detail"] == "Cette page ne peut pas être gardée comme vue."
        assert names(here.get("/saved")) == []

    @pytest.mark.parametrize(
        ("do", "name", "more", "status"),
        [
            ("save", "Lille", {"address": "/production"}, 409),
            ("save", " ", {"address": "/production"}, 422),
            ("save", "n" * 61, {"address": "/production"}, 422),
            ("rename", "nobody's", {"to": "x"}, 404),
            ("remove", "nobody's", {}, 404),
            ("start", "nobody's", {"first": True}, 404),
        ],
    )
    def test_a_refusal_says_why_and_changes_nothing(
        self, here: TestClient, do: str, name: str, more: dict[str, Any], status: int
    ) -> None:
        before = change(here, "save", "Lille", address="/production?agency=Lille").json()
        answer = change(here, do, name, **more)
        assert answer.status_code == status
        assert answer.json()["detail"].endswith(".")
        assert here.get("/saved").json() == before

    @pytest.mark.parametrize(
        "body",
        [
            None,
            [],
            "x",
            3,
            {},
            {"do": "drop", "name": "x"},
            {"do": "save", "name": 3},
            {"do": "save", "name": None},
            {"do": "save", "name": "x" * 401, "address": "/production"},
            {"do": "start", "name": "x", "first": 1},
            {"do": "save", "name": "x", "address": "/production", "who": "paul"},
        ],
    )
    def test_a_body_of_another_shape_is_refused(self, here: TestClient, body: object) -> None:
        assert here.post("/saved", json=body).status_code == 422

    def test_half_a_character_is_refused(self, here: TestClient) -> None:
        body = '{"do": "remove", "name": "\\ud800"}'
        answer = here.post("/saved", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (404, 422)

    def test_another_site_changes_nothing(self, here: TestClient) -> None:
        body = {"do": "save", "name": "x", "address": "/production"}
        for headers in (
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "", "origin": "https://evil.example"},
        ):
            assert here.post("/saved", json=body, headers=headers).status_code == 403
        assert names(here.get("/saved")) == []

    def test_a_view_that_the_reader_may_no_longer_open_is_not_listed(
        self, here: TestClient, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change(here, "save", "Bobigny", address="/agencies/Bobigny", first=True)
        change(here, "save", "tout", address="/production")
        scope = Selection(picks={"agency": ("Créteil",)})
        monkeypatch.setattr(identity, "DEMONSTRATION", User(request.node.name, ("manager",), scope))
        assert names(here.get("/saved")) == ["tout"]
        assert root(here) == USUAL

    def test_what_cannot_be_written_is_told(
        self, here: TestClient, server: FastAPI, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def failed(*_given: object) -> None:
            raise JournalFailed("unwritable", detail="disque plein")

        monkeypatch.setattr(server.state.services.stores.saved, "save", failed)
        answer = change(here, "save", "x", address="/production")
        assert answer.status_code == 503
        assert "disque plein" in answer.json()["detail"]

    def test_views_are_found_by_name_in_the_search(self, here: TestClient) -> None:
        change(here, "save", "Évolution", address="/production?agency=Lille")
        groups = {
            each["kind"]: each["items"] for each in here.get("/find", params={"q": "evo"}).json()["groups"]
        }
        assert [item["href"] for item in groups["view"]] == ["/production?agency=Lille"]


class TestUnknownPlaces:
    @pytest.mark.parametrize(
        ("path", "status"),
        [("/agencies/Bobigny", 200), ("/agencies/nowhere", 404), ("/agencies", 404), ("/x", 404)],
    )
    def test_have_their_status(self, here: TestClient, path: str, status: int) -> None:
        assert here.get(path).status_code == status

    def test_out_of_scope_is_unknown(self, here: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        scope = Selection(picks={"agency": ("Créteil",)})
        monkeypatch.setattr(identity, "DEMONSTRATION", User("paul", ("manager",), scope))
        assert here.get("/agencies/Bobigny").status_code == 404
        assert here.get("/agencies/Cr%C3%A9teil").status_code == 200

    def test_what_is_reserved_is_told_alike_whether_it_is_there_or_not(
        self, here: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(identity, "DEMONSTRATION", User("paul", ("officer",), Selection()))
        for path in ("/production", "/agencies/Bobigny", "/agencies/nowhere"):
            assert here.get(path).status_code == 403, path

    @pytest.mark.parametrize(
        ("path", "title"),
        [
            ("/agencies/nowhere", "Agence inconnue"),
            ("/nothing", "Page inconnue"),
            ("/clients/x", "Cette page est réservée aux chargés de clientèle."),
        ],
    )
    def test_are_told_in_words(self, server: FastAPI, path: str, title: str) -> None:
        reader = User("anne", ("manager",), Selection())
        with serving(server.state.services), acting(reader):
            assert title in str(shell.unknown_page(path))


def test_an_address_of_ours_stays_as_it_is(here: TestClient) -> None:
    for n, text in enumerate(
        ("/production", "/agencies/Cr%C3%A9teil?case_type=Retraite&compare=year&case=D%2F1")
    ):
        change(here, "save", str(n), address=text)
        assert here.get("/saved").json()["views"][n]["address"] == text


def test_views_live_beside_the_journal(server: FastAPI, tmp_path: Path) -> None:
    other = app_on(tmp_path)
    other.state.services.stores.saved.save("anne", SavedView("x", "/production"))
    assert (tmp_path / "journal.sqlite").exists()
    assert server.state.services.stores.saved.of("anne") == []
