"""The simulated network: its agencies and agents, and the odds that a case falls to each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from data.simulation.planted import PLANTED, Truth
from data.simulation.world import funds, terms, world

SLOTS = 65_536
NEVER = date(9999, 1, 1)


@dataclass(frozen=True)
class Agency:
    """An agency, its share of the network's cases, and what sets it apart, drawn or planted."""

    agency_id: str
    agency: str
    region: str
    opened_on: date
    share: float
    truth: Truth

    @property
    def mix(self) -> Mapping[str, float]:
        return self.truth.mix or {kind["name"]: kind["share"] for kind in world()["case_type"]}


def agencies(seed: int) -> Sequence[Agency]:
    """The network in the order of network.toml; sizes and effects are drawn, but for what is planted."""
    draws = np.random.default_rng([seed, 1])
    named = [
        (f"{fund['code']}-{number:02}", name, fund["name"], world()["sizes"][size])
        for fund in funds()
        for number, (size, name) in enumerate(((s, n) for s in world()["sizes"] for n in fund[s]), start=1)
    ]
    effects = [
        {
            what: float(np.exp(deviation * np.clip(draws.standard_normal(), -2, 2)))
            for what, deviation in world()["spread"].items()
        }
        for _ in named
    ]
    volumes = [size * effect["size"] for (*_, size), effect in zip(named, effects, strict=True)]
    return [
        _agency(names, date(1960, 1, 4) + timedelta(days=int(opened)), volume / sum(volumes), effect)
        for (*names, _), opened, volume, effect in zip(
            named, draws.integers(0, 20_000, len(named)), volumes, effects, strict=True
        )
    ]


def _agency(names: Sequence[str], opened_on: date, share: float, drawn: Mapping[str, float]) -> Agency:
    agency_id, agency, region = names
    truth = PLANTED.get(agency, Truth(drawn["pace"], drawn["staff"], drawn["returns"]))
    return Agency(agency_id, agency, region, opened_on, share, truth)


def offices(network: Sequence[Agency], per_day: float) -> pl.DataFrame:
    """The table `agencies`; `per_day` cases in the network give each the fte that holds load_target."""
    standing = per_day * world()["mean_delay"]
    return pl.DataFrame(
        {
            "agency_id": [each.agency_id for each in network],
            "agency": [each.agency for each in network],
            "region": [each.region for each in network],
            "fte": [_fte(each, standing) for each in network],
            "opened_on": [each.opened_on for each in network],
        }
    )


def _fte(agency: Agency, standing: float) -> float:
    weight = sum(share * terms(kind).weight for kind, share in agency.mix.items())
    fte = standing * agency.share * weight * agency.truth.staff / float(world()["load_target"])
    return max(round(fte, 2), 0.01)


def odds(network: Sequence[Agency], pools: pl.DataFrame, until: date) -> pl.DataFrame:
    """SLOTS rows, equally likely: the agency and type of a case, and what governs its course."""
    pairs = [(each, kind) for each in network for kind in world()["case_type"]]
    shares = np.cumsum([agency.share * agency.mix[kind["name"]] for agency, kind in pairs])
    pair = np.searchsorted(shares / shares[-1], (np.arange(SLOTS) + 0.5) / SLOTS)
    places = pools.group_by("agency", "case_type").agg(
        first_place=pl.col("place").min(), places=pl.len().cast(pl.Int64)
    )
    courses = pl.DataFrame([_course(agency, kind, until) for agency, kind in pairs])
    courses = courses.join(places, on=["agency", "case_type"], how="left", maintain_order="left")
    return courses[pair].with_columns(slot=pl.Series(np.arange(SLOTS), dtype=pl.UInt64))


def _course(agency: Agency, kind: Mapping[str, Any], until: date) -> Mapping[str, Any]:
    known, truth = world(), agency.truth
    return {
        "agency": agency.agency,
        "region": agency.region,
        "case_type": kind["name"],
        "documents": kind["documents"],
        "returned": kind["returned"] * truth.returns,
        "first_reason": truth.first_reason or known["first_reason_share"],
        "waits": truth.waits or known["wait_share"],
        "wait_median": truth.wait_median or known["wait_median"],
        "core": kind["core_delay"] * truth.pace / float(np.exp(known["delay_sigma"] ** 2 / 2)),
        "slowdown": truth.slowdown,
        "slow_from": truth.starts_on(until) or NEVER,
        "norm_days": float(terms(kind["name"]).norm_days),
        "weight": float(terms(kind["name"]).weight),
    }  # fmt: skip
