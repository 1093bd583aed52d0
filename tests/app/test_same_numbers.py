"""One number, however it is reached: page, list of cases, export, API and command."""

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fastapi.testclient import TestClient

from app.accounts import DEMONSTRATION, acting
from app.cli import command_line, run
from app.crossfilter import Page, update
from app.pages import agencies, agents
from app.places import Place
from app.services import Services, serving
from data.simulate import simulate
from queries import places as ask
from queries.selection import Selection, month_end, shift_months
from tests.published import app_on, visit

LAST = date(2026, 10, 31)
TYPES = ("Retraite personnelle", "Réversion", "Invalidité", "Carrière longue")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("numbers") / "home"
    simulate(folder, cases=60_000, clients=200)
    return folder


@pytest.fixture(scope="module")
def here(world: Path) -> Iterator[TestClient]:
    with visit(app_on(world)) as place:
        yield place


@pytest.fixture(scope="module")
def service(here: TestClient) -> Services:
    found: Services = here.app.state.services  # type: ignore[attr-defined]
    return found


def drawn(seed: int, service: Services) -> tuple[Page, str, Selection]:
    """A page, its address and picks, at random: an agency or an agent, a period or none, types or none."""
    chance = random.Random(seed)
    kind, query = (agencies, ask.offices) if seed % 2 else (agents, ask.people)
    known = service.run(query, Selection(), Selection())
    name = chance.choice(sorted(set(known["agency_id" if seed % 2 else "agent"])))
    picks = {"case_type": tuple(chance.sample(TYPES, chance.randint(1, 3)))} if chance.random() < 0.4 else {}
    return kind.PAGE, f"{kind.PATH}/{name}", Selection(*period(chance), picks)


def period(chance: random.Random) -> tuple[date | None, date | None]:
    """None, whole months, or days."""
    if chance.random() < 0.2:
        return None, None
    start = date(2022, 12, 1) + timedelta(chance.randint(0, 1_200))
    if chance.random() < 0.5:
        first = start.replace(day=1)
        return first, min(month_end(shift_months(first, chance.randint(0, 11))), LAST)
    return start, min(start + timedelta(chance.randint(20, 400)), LAST)


def shown(page: Page, path: str, selection: Selection, service: Services) -> tuple[dict[str, Any], Place]:
    """What the page's cards say, by indicator, and what the address stands for."""
    with serving(service), acting(DEMONSTRATION):
        answer = update(page, None, None, str(selection), path)
        place = page.placed(path)
    assert place
    cards = answer["views"][f"{page.name}-kpis"]
    values = {name: value["raw"] for name, value in cards["also"].items()}
    return values | {card["id"]: card["raw"] for card in cards["cards"]}, place


def listed(here: TestClient, query: str, part: str) -> dict[str, Any]:
    answer = here.get(f"/cases/rows?{query}&list={part}&count=1")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def exported(here: TestClient, query: str, part: str) -> pl.DataFrame:
    return pl.read_parquet(BytesIO(here.get(f"/export/cases.parquet?{query}&list={part}").content))


def answered(here: TestClient, name: str, query: str) -> dict[str, Any]:
    row: dict[str, Any] = here.get(f"/api/v1/queries/{name.replace('.', '/')}?{query}").json()[0]
    return row


def commanded(
    name: str, query: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, world: Path
) -> dict[str, Any]:
    monkeypatch.setenv("VIGIE_HOME", str(world))
    words = ["query", name, "--select", query, "--format", "json"]
    assert run(lambda: command_line()(words, standalone_mode=True)) == 0
    row: dict[str, Any] = json.loads(capsys.readouterr().out)[0]
    return row


@pytest.mark.parametrize("seed", range(24))
def test_a_number_is_the_same_on_the_page_in_the_list_in_the_file_over_the_api_and_by_command(
    seed: int,
    here: TestClient,
    service: Services,
    world: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, path, selection = drawn(seed, service)
    card, place = shown(page, path, selection, service)
    query = str(place.pin(selection))
    lists = {
        part: listed(here, query, part) for part in ("all", "closed", "open", "returned", "at_risk", "late")
    }
    files = {part: exported(here, query, part) for part in lists}
    kpis, counts = (answered(here, name, query) for name in ("production.kpis", "cases.counts"))
    assert commanded("production.kpis", query, capsys, monkeypatch, world) == kpis
    assert commanded("cases.counts", query, capsys, monkeypatch, world) == counts

    for part, found in lists.items():
        assert found["total"] == found["counts"][part] == counts[part] == files[part].height, part
    assert card["rows"] == kpis["rows"] == counts["all"]
    assert card["treated"] == kpis["treated"] == counts["treated"] == files["all"]["treated"].sum()
    assert card["closed"] == kpis["closed"] == files["closed"]["treated"].sum()
    assert card["stock"] == kpis["stock"] == counts["stock"] == files["open"]["treated"].sum()
    closed = files["closed"]
    if kpis["mean_delay"] is not None:
        mean = closed.select((pl.col("delay") * pl.col("treated")).sum() / pl.col("treated").sum()).item()
        assert mean == pytest.approx(kpis["mean_delay"], rel=1e-12)
    if page.name == "agencies":
        assert card["mean_delay"] == pytest.approx(kpis["mean_delay"], rel=1e-12)
        assert card["late_share"] == pytest.approx(kpis["late_share"], rel=1e-12)
    if card.get("return_rate") is not None:
        assert card["return_rate"] == pytest.approx(kpis["return_rate"], rel=1e-12)
