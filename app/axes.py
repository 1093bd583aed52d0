"""Round values for the axes of charts."""

from math import ceil, floor, log10

UNITS = (1, 2, 2.5, 5, 10)


def ticks(top: float, count: int = 3) -> list[float]:
    """Round values from 0 to at least `top`, about `count` of them after zero."""
    step = _step(max(top, 1e-9) / count)
    return [step * index for index in range(ceil(top / step - 1e-9) + 1)]


def span_ticks(low: float, high: float, count: int = 6) -> list[float]:
    """Round values that frame `low` and `high`."""
    step = _step(max(high - low, abs(high) * 0.1, 1e-6) / count)
    return [round(step * index, 10) for index in range(floor(low / step), ceil(high / step) + 1)]


def inner_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round values from `low` to `high`, none outside."""
    step = _step(max(high - low, 1e-9) / count)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(step * index, 10) for index in range(first, last + 1)]


def _step(rough: float) -> float:
    power = 10.0 ** floor(log10(rough))
    return next(unit * power for unit in UNITS if unit * power >= rough)
