"""The sheet over HTTP: recorded like any look at a score, and refused like it."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import identity
from app.accounts import DEMONSTRATION, User, acting
from app.scoring import Scoring
from data.journal import JournalFailed
from queries.selection import Selection
from tests.credits import publish_credits
from tests.published import app_on, visit
from tests.trained import quick_model

SHEET = "/clients/900/sheet.pdf?purpose=application"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    home = tmp_path_factory.mktemp("sheet") / "home"
    publish_credits(home)
    quick_model(home)
    return app_on(home, organisation="Caisse du Nord", contact="écrivez à recours@caisse.example.")


@pytest.fixture
def here(server: FastAPI) -> Iterator[TestClient]:
    with visit(server) as place:
        yield place


@pytest.fixture
def scoring(server: FastAPI) -> Scoring:
    found: Scoring = server.state.services.scoring
    return found


def text(content: bytes) -> str:
    read = pypdf.PdfReader(BytesIO(content))
    assert len(read.pages) == 1
    return re.sub(r"\s+", " ", read.pages[0].extract_text())


def test_the_sheet_is_a_pdf_to_look_at_and_to_keep(here: TestClient) -> None:
    answer = here.get(SHEET)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="fiche-client-900.pdf"'
    assert answer.headers["cache-control"] == "no-store"
    assert "Fiche client n° 900" in text(answer.content)
    assert "Caisse du Nord" in text(answer.content)
    assert "recours@caisse.example" in text(answer.content)


def test_it_shows_the_probability_that_the_api_gives(here: TestClient) -> None:
    score = here.get("/api/v1/clients/900/score?purpose=review").json()
    shown = f"{score['probability'] * 100:.1f}".replace(".", ",")
    assert f"estime à {shown} %" in text(here.get(SHEET).content)
    assert f"Modèle version {score['model_version']}" in text(here.get(SHEET).content)


def test_the_journal_knows_of_it(here: TestClient, scoring: Scoring, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[object, ...]] = []
    monkeypatch.setattr(scoring.journal, "consulted", lambda *line: told.append(line))
    assert here.get("/clients/901/sheet.pdf?purpose=complaint").status_code == 200
    assert [line[:3] for line in told] == [("demonstration", 901, "complaint")]


def test_no_journal_no_sheet(here: TestClient, scoring: Scoring, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_line: object) -> None:
        raise JournalFailed("unwritable", detail="disk full")

    monkeypatch.setattr(scoring.journal, "consulted", fail)
    answer = here.get(SHEET)
    assert answer.status_code == 503
    assert not re.search(r"\d,\d", answer.text)


def test_the_decision_recorded_is_on_it(here: TestClient, scoring: Scoring) -> None:
    assert "Aucune décision n'est enregistrée" in text(here.get(SHEET).content)
    with acting(DEMONSTRATION):
        seen = scoring.consult(900, "application")
        proposed = seen.explanation.score.decision
        other = "refuse" if proposed != "refuse" else "accept"
        scoring.decide(seen, other, "Pièces *manquantes* #1", followed=False)
    shown = text(here.get(SHEET).content)
    assert "Motif : Pièces *manquantes* #1" in shown
    assert "s'écarte de la proposition" in shown


def test_a_purpose_is_needed(here: TestClient) -> None:
    for search in ("", "?purpose=curiosity", "?purpose=api"):
        answer = here.get(f"/clients/900/sheet.pdf{search}")
        assert (answer.status_code, answer.json()["field"]) == (422, "purpose")


def test_an_unknown_client_is_404_in_words_a_person_can_read(here: TestClient) -> None:
    answer = here.get("/clients/5/sheet.pdf?purpose=review", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_a_reader_without_the_right_gets_none(server: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "DEMONSTRATION", User("anne", ("manager",), Selection()))
    with visit(server) as place:
        assert place.get(SHEET).status_code == 403


def test_without_a_model_there_is_no_sheet(home: Path) -> None:
    publish_credits(home)
    with visit(app_on(home)) as place:
        answer = place.get(SHEET)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")


def test_a_reader_of_english_gets_english(here: TestClient) -> None:
    here.cookies.set("vigie_language", "en")
    answer = here.get(SHEET)
    assert "client-sheet-900.pdf" in answer.headers["content-disposition"]
    assert "Client sheet no. 900" in text(answer.content)
