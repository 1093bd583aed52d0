import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import main
from tests.published import app_on, publish, visit


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    home = tmp_path_factory.mktemp("home")
    publish(home)
    return app_on(home)


@pytest.fixture
def here(server: FastAPI) -> Iterator[TestClient]:
    with visit(server) as place:
        yield place


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[TestClient]:
    with visit(app_on(tmp_path)) as place:
        yield place


def test_the_root_leads_to_the_first_page_with_its_usual_period(here: TestClient) -> None:
    answer = here.get("/")
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/production")


def test_an_unknown_page_is_the_frame_with_status_404(here: TestClient) -> None:
    assert here.get("/production").status_code == 200
    unknown = here.get("/nothing/here")
    assert unknown.status_code == 404
    assert "react-entry-point" in unknown.text


def test_an_unknown_address_below_api_is_a_problem(here: TestClient) -> None:
    for method in ("GET", "POST"):
        answer = here.request(method, "/api/v1/nothing", headers={"accept": "text/html"})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/_reload-hash", "/_mcp"])
def test_nothing_stands_at_addresses_that_others_open(here: TestClient, path: str) -> None:
    assert here.get(path).status_code == 404


@pytest.mark.parametrize(("cookie", "expected"), [("fr", "fr"), ("en", "en"), ("xx", "fr"), ("", "fr")])
def test_the_page_speaks_the_language_of_the_cookie(here: TestClient, cookie: str, expected: str) -> None:
    page = here.get("/production", headers={"cookie": f"vigie_language={cookie}"})
    assert f'<html lang="{expected}"' in page.text


def test_the_page_asks_for_nothing_outside(here: TestClient) -> None:
    page = here.get("/production").text
    for link in page.split('src="')[1:] + page.split('href="')[1:]:
        assert link.startswith("/")
    assert "://" not in page


def test_every_script_and_style_of_the_page_is_there_and_stays_in_the_browser(here: TestClient) -> None:
    page = here.get("/production").text
    links = [part.split('"')[0] for part in page.split('src="')[1:] + page.split('href="')[1:]]
    assert len(links) > 5
    for link in links:
        answer = here.get(link, headers={"accept-encoding": "gzip"})
        assert answer.status_code == 200, link
        if "?m=" in link or "-suites/" in link:
            assert "immutable" in answer.headers["cache-control"], link
        if len(answer.content) > 1_000 and not link.startswith("/_favicon"):
            assert answer.headers["content-encoding"] == "gzip", link


def test_a_file_the_browser_has_is_not_sent_again(here: TestClient) -> None:
    path = "/assets/vigie/theme.js"
    tag = here.get(path).headers["etag"]
    assert here.get(path, headers={"if-none-match": tag}).status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../app/main.py",
        "/assets/%2e%2e/app/main.py",
        "/assets//etc/passwd",
        "/assets/vigie",
        "/assets/%00",
        "/_dash-component-suites/os/path.py",
        "/_dash-component-suites/dash/../dash.py",
    ],
)
def test_files_outside_the_assets_are_not_served(here: TestClient, path: str) -> None:
    assert here.get(path).status_code == 404


def test_a_large_answer_is_compressed_and_a_small_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path)
    monkeypatch.setattr(main, "LARGE_ANSWER", 5_000)
    packed = {"accept-encoding": "gzip"}
    with visit(app_on(tmp_path)) as place:
        large = place.get("/api/v1/queries/production/detail", headers=packed)
        small = place.get("/api/v1/queries/production/kpis", headers=packed)
    assert large.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in small.headers


def test_the_server_starts_with_nothing_published(empty: TestClient) -> None:
    assert empty.get("/ready").status_code == 503
    assert empty.get("/").headers["location"] == "/production"
    assert empty.get("/production").status_code == 200
    assert empty.get("/_dash-layout").status_code == 200


def test_what_the_server_is_made_of_is_set_aside_from_garbage_collections(here: TestClient) -> None:
    assert here.get("/health").status_code == 200
    assert gc.get_freeze_count() > 50_000
