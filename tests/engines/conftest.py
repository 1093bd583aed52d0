"""Engines on drawn tables."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engines.engines import Engines, drawn


@pytest.fixture
def engine_with(home: Path) -> Callable[..., Engines]:
    """`engine_with(cases="…drawn table…", fte=10)`: engines that agree, or the test fails."""

    def build(cases: str, fte: float | None = None) -> Engines:
        return drawn(home, cases, fte)

    return build
