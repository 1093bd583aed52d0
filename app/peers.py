"""The agencies most like one: as large, with the same case types, staffed alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.accounts import user
from app.services import services
from queries import agencies as ask
from queries import places
from queries.engine import Days
from queries.selection import Selection, month_end, shift_months

COUNT = 3
MONTHS = 12  # of work compared, up to the last day
NEAR = 0.2  # two sizes are alike when neither is more than a fifth above the other
SAME_MIX = 0.06  # and two mixes when at most this share of the cases would have to be of another type
TRAITS = ("volume", "mix", "staff")

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """One agency: closed cases in 12 months, the share of each case type, full-time agents where known."""

    agency: str
    volume: int
    mix: Mapping[str, float]
    fte: float | None


@dataclass(frozen=True)
class Likeness:
    """The agencies that one is compared with, and in which of TRAITS all of them are like it."""

    agencies: tuple[str, ...]
    alike: tuple[str, ...]


def nearest(agency: str, profiles: Mapping[str, Profile], count: int = COUNT) -> tuple[str, ...]:
    """The agencies nearest in log volume, mix and log staff, each standardised over the network.

    The mix counts as one trait, however many types: squared differences of shares over the sum of the shares'
    variances. Without the staff of every agency it is left out. Nothing for an agency that closed no case.
    """
    if agency not in profiles:
        return ()
    names = sorted(profiles)
    distances = _distances([profiles[name] for name in names], names.index(agency))
    order = sorted(
        (distance, name) for distance, name in zip(distances, names, strict=True) if name != agency
    )
    return tuple(name for _, name in order[:count])


def _distances(found: Sequence[Profile], index: int) -> list[float]:
    volumes = np.log([each.volume for each in found])
    parts = [_standardised(volumes - volumes[index], float(np.var(volumes)))]
    types = sorted({case_type for each in found for case_type in each.mix})
    shares = np.array([[each.mix.get(case_type, 0.0) for case_type in types] for each in found])
    parts.append(_standardised(shares - shares[index], float(np.var(shares, axis=0).sum())))
    if all(each.fte for each in found):
        staff = np.log([each.fte or 1.0 for each in found])
        parts.append(_standardised(staff - staff[index], float(np.var(staff))))
    return [float(distance) for distance in np.sum(parts, axis=0)]


def _standardised(gaps: Numbers, variance: float) -> Numbers:
    squared: Numbers = (gaps**2).reshape(len(gaps), -1).sum(axis=1)
    return squared / variance if variance > 0 else squared * 0.0


def alike(agency: str, others: Sequence[str], profiles: Mapping[str, Profile]) -> tuple[str, ...]:
    """In which of TRAITS every one of `others` is like the agency."""
    here = profiles.get(agency)
    known = [profiles[name] for name in others if name in profiles]
    if here is None or not known or len(known) < len(others):
        return ()
    said = {
        "volume": all(_near(here.volume, each.volume) for each in known),
        "mix": all(_mix_apart(here, each) <= SAME_MIX for each in known),
        "staff": all(_near(here.fte, each.fte) for each in known),
    }
    return tuple(trait for trait in TRAITS if said[trait])


def _near(one: float | None, other: float | None) -> bool:
    return bool(one and other and abs(log(one / other)) <= log(1 + NEAR))


def _mix_apart(one: Profile, other: Profile) -> float:
    """Share of the cases that would have to be of another type (total variation)."""
    types = one.mix.keys() | other.mix.keys()
    return sum(abs(one.mix.get(each, 0.0) - other.mix.get(each, 0.0)) for each in types) / 2


def profiles() -> Mapping[str, Profile]:
    """Every agency that the reader may see and that closed cases in the last 12 months, by name."""
    snapshot, scope = services().snapshot, user().scope
    days = Days.of(snapshot) if snapshot else None
    if snapshot is None or days is None:
        return {}
    return _profiles(snapshot.id, days, scope)


@lru_cache(maxsize=32)
def _profiles(_snapshot: str, days: Days, scope: Selection | None) -> Mapping[str, Profile]:
    """Worked out once per version and scope: the twelve months do not depend on what is picked."""
    since = shift_months(days.last.replace(day=1), 1 - MONTHS)
    worked, offices = services().run_all(
        [(ask.profile, Selection(since, month_end(days.last))), (places.offices, Selection())], scope
    )
    fte = dict(offices.select("agency", "fte").iter_rows())
    found: dict[str, dict[str, int]] = {}
    for agency, case_type, closed in worked.filter(pl.col("closed") > 0).iter_rows():
        found.setdefault(agency, {})[case_type] = closed
    return MappingProxyType(
        {agency: _profile(agency, closed, fte.get(agency)) for agency, closed in found.items()}
    )


def _profile(agency: str, closed: Mapping[str, int], fte: float | None) -> Profile:
    volume = sum(closed.values())
    return Profile(agency, volume, {name: count / volume for name, count in closed.items()}, fte)
