"""What a version is besides its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from data.scoring import ScoringContract
from data.snapshot import Snapshot


@dataclass(frozen=True)
class Content:
    """What a version is besides its rows. `loads` are the manifest's entries; the table is written from them.

    `scoring` describes the table credits, where there is one. `cases_of` and `credits_of` name the version
    whose cases or credits were taken over unchanged: so is what is built from them.
    """

    simulated: bool
    loads: Sequence[Mapping[str, Any]] = ()
    scoring: ScoringContract | None = None
    cases_of: Snapshot | None = None
    credits_of: Snapshot | None = None

    def without(self, kinds: set[str]) -> Content:
        """The same where a `case` or a `client` was taken out: what is made of all of them is new."""
        return replace(
            self,
            cases_of=None if "case" in kinds else self.cases_of,
            credits_of=None if "client" in kinds else self.credits_of,
        )
