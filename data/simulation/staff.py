"""The simulated agents: who works where, on which types of cases."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from data.simulation.network import Agency
from data.simulation.world import world

HOURS = ((1.0, 0.70), (0.9, 0.08), (0.8, 0.16), (0.5, 0.06))  # full-time equivalent, share of the agents
OTHER_SKILL_SHARE = 0.45


@dataclass(frozen=True)
class Staff:
    """agents: agent_id, skills, fte. places: agent_id, agency_id.

    pools: agency, case_type, place (a row number), agent: who can take such a case there, side by side.
    """

    agents: pl.DataFrame
    places: pl.DataFrame
    pools: pl.DataFrame


def staff(network: Sequence[Agency], seed: int) -> Staff:
    """About `agents` people of world.toml, at least one per agency and case type."""
    draws = np.random.default_rng([seed, 2])
    kinds = [kind["name"] for kind in world()["case_type"]]
    counts = [max(len(kinds), round(world()["agents"] * each.share)) for each in network]
    names = [f"A{number}" for number in 10_000 + draws.permutation(90_000)[: sum(counts)]]
    homes = [each for each, count in zip(network, counts, strict=True) for _ in range(count)]
    ranks = [rank for count in counts for rank in range(count)]
    knows = draws.random((len(names), len(kinds))) < OTHER_SKILL_SHARE
    skills = [
        [kind for i, kind in enumerate(kinds) if i == rank % len(kinds) or knows[person, i]]
        for person, rank in enumerate(ranks)
    ]
    hours = draws.choice([fte for fte, _ in HOURS], len(names), p=[share for _, share in HOURS])
    agents = pl.DataFrame({"agent_id": names, "skills": [",".join(each) for each in skills], "fte": hours})
    places = _places(network, names, homes, draws)
    return Staff(
        agents.sort("agent_id"),
        places.select("agent_id", "agency_id").sort("agent_id", "agency_id"),
        _pools(places, pl.DataFrame({"agent_id": names, "case_type": skills})),
    )


def _places(
    network: Sequence[Agency], names: Sequence[str], homes: Sequence[Agency], draws: np.random.Generator
) -> pl.DataFrame:
    """agent_id, agency_id, agency: the home of each agent, and for some a second agency of the same fund."""
    rows = list(zip(names, homes, strict=True))
    for name, home in list(rows):
        if draws.random() < world()["two_agencies_share"]:
            others = [each for each in network if each.region == home.region and each is not home]
            rows.append((name, others[int(draws.integers(len(others)))]))
    return pl.DataFrame(
        {
            "agent_id": [name for name, _ in rows],
            "agency_id": [place.agency_id for _, place in rows],
            "agency": [place.agency for _, place in rows],
        }
    )


def _pools(places: pl.DataFrame, skills: pl.DataFrame) -> pl.DataFrame:
    return (
        places.join(skills, on="agent_id")
        .explode("case_type")
        .sort("agency", "case_type", "agent_id")
        .select("agency", "case_type", pl.int_range(pl.len()).alias("place"), agent="agent_id")
    )
