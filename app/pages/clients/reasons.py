"""Why this score: the rows of the waterfall, in points of probability that add up as they are shown."""

from collections.abc import Callable, Sequence
from typing import Any

from app.feature_words import feature_label, value_words
from app.texts import number, t
from data.scoring import Feature, ScoringContract
from models.explain import Contribution, Explanation

SHOWN = 7  # rows of their own; the others together
Payload = dict[str, Any]


def tenths(share: float) -> int:
    """A probability as it is shown, in tenths of a point."""
    return round(share * 1000)


def points(count: int) -> str:
    """Tenths of a point with their sign: « +1,7 pt », « −2,6 pt »."""
    return (
        f"{'+' if count > 0 else ''}{number(count / 10, 1)}".replace("-", "−") + f"\u00a0{t('clients.point')}"
    )


def probability(count: int) -> str:
    """Tenths of a point as a percentage: « 6,8 % »."""
    return f"{number(count / 10, 1)}\u00a0%"


def rounded(parts: Sequence[float], total: int) -> list[int]:
    """`parts` as whole numbers that add up to `total`: each rounded, then those moved that it harms least.

    None moves by more than one, and none gets the sign it has not.
    """
    found = [round(part) for part in parts]
    while gap := total - sum(found):
        step = 1 if gap > 0 else -1
        place = min(range(len(parts)), key=lambda i: _harm(parts[i], found[i], step))
        found[place] += step
    return found


def _harm(exact: float, shown: int, step: int) -> tuple[bool, float]:
    return (shown + step) * exact < 0, abs(shown + step - exact) - abs(shown - exact)


def waterfall(
    explained: Explanation, contract: ScoringContract, where: Callable[[Feature, Any], str]
) -> Payload:
    """Mean risk, start, the largest contributions, the others, the score. `where` places a value in words."""
    rows = explained.contributions[:SHOWN]
    others = explained.contributions[SHOWN:]
    score, start = tenths(explained.score.default_probability), tenths(explained.start)
    rest = sum(each.points for each in others)
    parts = [each.points * 1000 for each in rows] + ([rest * 1000] if others else [])
    shown = rounded(parts, score - start)
    return {
        "kind": "reasons",
        "mean": probability(tenths(explained.mean_risk)),
        "start": start,
        "start_text": probability(start),
        "score": score,
        "score_text": probability(score),
        "raw": {"start": explained.start, "score": explained.score.default_probability},
        "rows": [
            _row(each, contract.features[each.feature], count, where)
            for each, count in zip(rows, shown, strict=False)
        ],
        "others": _others(len(others), shown[-1], rest) if others else None,
        "all": [
            [
                feature_label(contract.features[c.feature]),
                value_words(contract.features[c.feature], c.value),
                c.points,
                c.log_odds,
            ]
            for c in explained.contributions
        ],
    }


def _row(each: Contribution, feature: Feature, shown: int, where: Callable[[Feature, Any], str]) -> Payload:
    return {
        "feature": each.feature,
        "label": feature_label(feature),
        "value": value_words(feature, each.value),
        "place": where(feature, each.value),
        "shown": shown,
        "text": points(shown),
        "raw": each.points,
    }


def _others(count: int, shown: int, rest: float) -> Payload:
    words = t("clients.others" if count > 1 else "clients.other", count=number(count))
    return {
        "label": words,
        "value": t("clients.together"),
        "shown": shown,
        "text": points(shown),
        "raw": rest,
    }
