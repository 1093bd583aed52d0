"""A version with credits and no cases: served, and said where cases are asked for."""

from pathlib import Path

import pytest

from app.accounts import DEMONSTRATION, acting
from app.crossfilter import update
from app.pages.production import PAGE
from app.services import Services, serving
from data.errors import NoSnapshot
from queries import clients
from queries.catalogue import find
from queries.selection import Selection
from tests.credits import publish_credits
from tests.faults.command import refused, vigie
from tests.published import app_on, settings, visit

ALL = Selection()


def test_it_is_served_and_questions_on_cases_say_that_there_are_none(tmp_path: Path) -> None:
    made = publish_credits(tmp_path)
    service = Services(settings(tmp_path))
    assert service.snapshot == made
    assert (service.problem, service.freshness().last_day) == (None, None)
    with pytest.raises(NoSnapshot) as refusal, acting(DEMONSTRATION):
        service.run(find("production.kpis"), ALL, ALL)
    assert refusal.value.reason == "no_cases"
    with pytest.raises(NoSnapshot), acting(DEMONSTRATION):
        service.members()
    service.close()


def test_the_facts_engine_answers_on_clients(tmp_path: Path) -> None:
    publish_credits(tmp_path)
    service = Services(settings(tmp_path))
    assert service._served is not None
    found = service._served.facts.run(clients.client_by_id, scope=ALL, values={"client_id": 900})
    assert found["client_id"].to_list() == [900]
    service.close()


def test_the_page_of_production_shows_that_there_are_no_data(tmp_path: Path) -> None:
    publish_credits(tmp_path)
    service = Services(settings(tmp_path))
    with serving(service), acting(DEMONSTRATION):
        answer = update(PAGE, None, None, "")
    assert (answer["views"], answer["nothing"]) == ({}, True)
    service.close()


def test_pages_and_api_answer_without_an_error_of_their_own(tmp_path: Path) -> None:
    publish_credits(tmp_path)
    with visit(app_on(tmp_path)) as here:
        assert here.get("/").status_code == 302
        assert here.get("/production").status_code == 200
        assert here.get("/ready").status_code in (200, 503)
        assert here.get("/api/v1/queries/production/kpis").status_code == 503
        assert here.get("/export/csv").status_code == 503


def test_commands_say_it_in_one_sentence(home: Path) -> None:
    made = publish_credits(home, simulated=True)
    for words in (("query", "production.kpis"), ("recommend",)):
        assert "no cases" in refused(home, *words)
    code, out, _ = vigie(home, "snapshots")
    assert (code, made.id in out, "credits: 200" in out) == (0, True, True)
    code, out, _ = vigie(home, "tables")
    assert code == 0
    assert "credits" + " " * 20 + "200  simulated" in out
