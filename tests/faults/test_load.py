"""Fault 23, and 20 under load: a hundred people at once, ten times as many, a worker that dies meanwhile."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.portfolio import score_everyone
from data import snapshot
from data.durable import remove_tree
from data.simulate import simulate
from tests.counts import count
from tests.load.people import World, staff, world
from tests.load.scenario import Met, at, load, table
from tests.load.served import Served, serving
from tests.trained import quick_model

CASES, CLIENTS = 1_000_000, 20_000
PEOPLE = 100
SECONDS = count(ci=60, soak=600)
WARM = count(ci=15, soak=60)
DISTURBED = count(ci=40, soak=120)
CROWDED = count(ci=15, soak=60)

pytestmark = [pytest.mark.fault, pytest.mark.load, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A million cases, the credits and a model that serves."""
    found = tmp_path_factory.mktemp("load") / "home"
    simulate(found, cases=CASES, clients=CLIENTS)
    quick_model(found)
    score_everyone(found)
    yield found
    remove_tree(found)


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[Served]:
    """Two workers, people sign in."""
    with serving(home) as found:
        yield found


@pytest.fixture(scope="module")
def known(home: Path) -> World:
    """What there is to look at."""
    return world(home, CLIENTS)


def test_a_hundred_people_are_answered_at_once(home: Path, served: Served, known: World) -> None:
    people = staff(home, served.port, known, PEOPLE)
    met = asyncio.run(load(served, people, SECONDS, warm=WARM))
    _tell("100 people, 10 s to think", met)
    assert met.errors == []
    assert met.busy == []
    assert at(0.95, met.taken()) <= 150
    assert met.growth <= 0.05


def test_ten_times_the_load_is_answered_in_time_or_refused(home: Path, served: Served, known: World) -> None:
    people = staff(home, served.port, known, PEOPLE * 10)
    met = asyncio.run(load(served, people, CROWDED, warm=count(ci=5, soak=10)))
    _tell("1,000 people, 10 s to think", met)
    assert met.errors == []
    assert met.busy
    assert at(0.95, met.taken()) <= 3000
    assert at(0.95, [each.seconds for each in met.health]) <= 100
    assert {each.outcome for each in met.health} == {"ok"}
    assert met.growth <= 0.05


def test_a_dying_worker_and_a_new_snapshot_cost_hardly_an_answer(
    home: Path, served: Served, known: World
) -> None:
    before = {each.pid for each in served.workers()}
    published = snapshot.pointer(home)
    acts = [(DISTURBED / 4, served.kill_one), (DISTURBED / 2, lambda: score_everyone(home))]
    met = asyncio.run(load(served, staff(home, served.port, known, PEOPLE), DISTURBED, acts=acts))
    _tell("the same, a worker killed and a snapshot published meanwhile", met)
    assert len(met.errors) <= len(met.asked) / 1000
    assert snapshot.pointer(home) != published
    assert len({each.pid for each in served.workers()} - before) == 1


def _tell(title: str, met: Met) -> None:
    """For `-s`: what was measured."""
    print(f"\n\n### {title}\n\n{table(met)}")
