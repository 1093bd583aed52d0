"""Effects are announced with intervals of 80 %: what the simulated world then does is in them as often.

The worlds are cut on the evening of a decision and published; Vigie measures them by its own questions and
announces; then the generator carries on, with the hands added or the cases moved, and is looked at again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import duckdb
import polars as pl
import pytest

from data.simulate import fill
from data.simulation import network
from data.simulation.intervene import Move, reinforced, transferred
from data.simulation.planted import PLANTED
from data.simulation.world import world as parameters
from models.effects import Share, Transferred, of_audit, of_reinforcement, of_transfers
from models.moved import BUILDING, TOLD
from models.queue import AFTER, Plan, Reinforcement, recommended
from models.workplace import Interval, seed
from tests.models.intervened import WEIGHTS, World, closed, cut_world, mean_delay, stock

AUTUMN = (date(2026, 10, 31), date(2027, 1, 31))  # the decision, and the last day that the generator knows
SPRING = (date(2026, 4, 30), date(2026, 7, 31))
SUMMER = date(2026, 7, 31)
WORLDS = ((7, *AUTUMN), (8, *SPRING), (9, *AUTUMN))
REGIONS = (
    "Cnav Île-de-France", "Carsat Hauts-de-France", "Carsat Nord-Est", "Carsat Sud-Est", "Carsat Normandie",
    "Carsat Rhône-Alpes",
)  # fmt: skip
SLOW = ("Lille", "Nancy", "Marseille", "Rouen", "Bobigny", "Reims", "Lyon")
AUDITED = ("Marseille", "Rouen")
FIRST_REASON = "pièce manquante"


class Trial(NamedTuple):
    """What was announced, and what came."""

    what: str
    announced: Interval
    came: float


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> list[World]:
    return [
        cut_world(tmp_path_factory.mktemp("home"), decided, until, number, REGIONS)
        for number, decided, until in WORLDS
    ]


def coverage(trials: Sequence[Trial]) -> float:
    """The share of the intervals that hold what came."""
    return sum(each.announced.low <= each.came <= each.announced.high for each in trials) / len(trials)


def bias(trials: Sequence[Trial]) -> float:
    """By how much what was announced was above what came, on average."""
    return sum(each.announced.middle - each.came for each in trials) / len(trials)


def of(trials: Sequence[Trial], what: str) -> list[Trial]:
    found = [each for each in trials if each.what == what]
    print(f"{what}: {len(found)} trials, {coverage(found):.0%} within, bias {bias(found):+.2f}")
    return found


@pytest.fixture(scope="module")
def reinforcements(worlds: list[World]) -> list[Trial]:
    """Every slow agency of every world under two plans."""
    found = []
    for number, each in enumerate(worlds):
        for agency in SLOW:
            place, key = each.place(agency), seed(str(number), agency)
            for plan in (recommended(place, 6, key), Plan(1, 4)):
                effect = of_reinforcement(place, key, weeks=plan.weeks, agents=plan.agents)
                assert isinstance(effect.detail, Reinforcement)
                found += reinforcement(each, agency, effect.detail)
    return found


def reinforcement(world: World, agency: str, announced: Reinforcement) -> list[Trial]:
    """The delay, the gain, the stock and the day of the norm under one plan."""
    plan, usual = announced.plan, world.known[agency]
    share = plan.agents * plan.efficiency / world.place(agency).fte
    helped = reinforced(usual, world.first, plan.weeks, 1 + share)
    end = world.first + timedelta(weeks=plan.weeks)
    delay = mean_delay(helped, end, AFTER)
    left = stock(helped, end - timedelta(days=1))
    return [
        Trial("delay", announced.delay, delay),
        Trial("gain", announced.gain, mean_delay(usual, end, AFTER) - delay),
        Trial("stock", announced.with_it[plan.weeks], left),
        Trial("stock without", announced.without[plan.weeks], stock(usual, end - timedelta(days=1))),
        Trial("norm", Interval(0, announced.chance, 1), left <= announced.norm_stock),
    ]


@pytest.mark.parametrize(
    ("what", "near"), [("delay", 1.0), ("gain", 0.7), ("stock", 20), ("stock without", 20)]
)
def test_a_reinforcement_does_what_is_announced(reinforcements: list[Trial], what: str, near: float) -> None:
    found = of(reinforcements, what)
    assert len(found) == 2 * len(SLOW) * len(WORLDS) >= 20
    assert coverage(found) >= 0.65
    assert abs(bias(found)) < near


def test_the_norm_is_reached_as_often_as_the_chances_say(reinforcements: list[Trial]) -> None:
    found = of(reinforcements, "norm")
    assert abs(bias(found)) < 0.15
    sure = [each.came for each in found if each.announced.middle > 0.5]
    unsure = [each.came for each in found if each.announced.middle <= 0.5]
    assert sum(sure) / len(sure) > 0.7
    assert sum(unsure) / len(unsure) < 0.5


@pytest.fixture(scope="module")
def transfers(worlds: list[World]) -> list[Trial]:
    """The best plan of every region of every world."""
    found = []
    for number, each in enumerate(worlds):
        for region, agencies in each.regions.items():
            offices = [each.office(agency) for agency in agencies]
            effect = of_transfers(offices, WEIGHTS, seed(str(number), region))
            if effect is not None:
                assert isinstance(effect.detail, Transferred)
                found += moves(each, effect.detail)
    return found


def moves(world: World, announced: Transferred) -> list[Trial]:
    """The gain of each giver, the loss of each receiver, their delays and the cases past the norm."""
    concerned = announced.moved.delays
    usual = {name: world.known[name] for name in concerned}
    after = transferred(usual, chosen(world, announced), world.first)
    told = world.first + timedelta(weeks=BUILDING)
    found = []
    for name in concerned:
        delay = mean_delay(after[name], told, AFTER)
        gain = mean_delay(usual[name], told, AFTER) - delay
        side = "giver" if announced.moved.gains[name].middle > 0 else "receiver"
        found.append(Trial(f"{side}'s gain", announced.moved.gains[name], gain))
        found.append(Trial("delay", concerned[name], delay))
    late = sum(late_cases(usual[name], world) - late_cases(after[name], world) for name in concerned)
    return [*found, Trial("overdue", announced.moved.overdue, late)]


def late_cases(cases: pl.DataFrame, world: World) -> int:
    """Cases past their norm among those closed by week TOLD."""
    return int((closed(cases, world.first, TOLD) > 20).sum())


def chosen(world: World, announced: Transferred) -> list[Move]:
    """Young open cases for every transfer, none twice."""
    taken: set[str] = set()
    found = []
    for each in announced.transfers:
        cases = world.known[each.giver]
        young = cases.filter(
            cases["case_type"] == each.case_type,
            cases["received_on"].is_between(world.decided - timedelta(days=10), world.decided),
            cases["finished_on"].fill_null(date.max) > world.decided,
            ~cases["case_id"].is_in(list(taken)),
        )["case_id"].sort()
        ids = young.head(each.cases).to_list()
        assert len(ids) == each.cases
        taken.update(ids)
        pace = world.place(each.receiver).delay / world.place(each.giver).delay
        found.append(Move(each.giver, each.receiver, ids, pace))
    return found


@pytest.mark.parametrize(
    ("what", "near"), [("giver's gain", 0.7), ("receiver's gain", 0.7), ("delay", 1.0), ("overdue", 8)]
)
def test_transfers_do_what_is_announced(transfers: list[Trial], what: str, near: float) -> None:
    found = of(transfers, what)
    assert len(found) >= 8
    assert coverage(found) >= 0.6
    assert abs(bias(found)) < near


@pytest.fixture(scope="module")
def audits() -> list[Trial]:
    """Two agencies in three worlds, month by month, against the same world without that planted truth."""
    return [trial for number in (7, 8, 9) for agency in AUDITED for trial in audit(number, agency)]


def audit(number: int, agency: str) -> list[Trial]:
    """Cases received in each of the six months after the decision that come back for the first reason."""
    year = returned(number, False).filter(pl.col("received_on").is_between(date(2025, 8, 1), SUMMER))
    months = year.filter(agency=agency).group_by(pl.col("received_on").dt.truncate("1mo")).len()["len"]
    here, rest = (
        Share(part.height, int(part["first"].sum()))
        for part in (year.filter(agency=agency), year.filter(pl.col("agency") != agency))
    )
    mean, deviation = months.mean(), months.std()
    assert isinstance(mean, float)
    assert isinstance(deviation, float)
    effect = of_audit(here, rest, seed(str(number), agency), per_month=mean, uneven=deviation / mean)
    assert effect is not None
    announced = Interval(effect.low, effect.middle, effect.high)
    fewer = (monthly(returned(number, audited), agency) for audited in (False, True))
    return [Trial("returns", announced, one - other) for one, other in zip(*fewer, strict=True)]


@cache
def returned(number: int, audited: bool) -> pl.DataFrame:
    """The cases of a world, and which came back for the first reason; `audited`: as seldom as elsewhere."""
    planted = dict(PLANTED)
    share = parameters()["first_reason_share"]
    for agency in AUDITED if audited else ():
        truth = PLANTED[agency]
        others = truth.returns * (1 - (truth.first_reason or share))
        planted[agency] = replace(truth, returns=share + others, first_reason=share / (share + others))
    with pytest.MonkeyPatch.context() as patch, duckdb.connect() as connection:
        patch.setattr(network, "PLANTED", planted)
        fill(connection, seed=number, until=AUTUMN[1])
        query = "SELECT agency, received_on, coalesce(return_reason = $reason, false) AS first FROM cases"
        found: pl.DataFrame = connection.sql(query, params={"reason": FIRST_REASON}).pl()
        return found


def monthly(cases: pl.DataFrame, agency: str) -> list[int]:
    """How many of an agency's cases came back for the first reason, by month of receipt after SUMMER."""
    found = cases.filter(pl.col("received_on") > SUMMER, agency=agency)
    months = found.group_by(pl.col("received_on").dt.truncate("1mo")).agg(pl.col("first").sum())
    return [int(count) for count in months.sort("received_on")["first"]]


def test_an_audit_avoids_what_is_announced(audits: list[Trial]) -> None:
    found = of(audits, "returns")
    assert len(found) == 36
    assert coverage(found) >= 0.65
    assert abs(bias(found)) < 3
