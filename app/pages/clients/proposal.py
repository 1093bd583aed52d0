"""The proposed decision: probability, words, the density of all clients, threshold and margin."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.axes import inner_ticks
from app.pages.clients.reasons import points, probability, tenths
from app.texts import number, percent, t
from data.scoring import ScoringContract
from models.card import Card
from models.explain import ACCEPT, Score

Payload = dict[str, Any]
GRID = 161  # places of the drawn density
REACH = 0.965  # share of the clients that the axis must reach
CLOSE = 0.055  # of the axis: a mark nearer than this to a cut is left out


def proposal(score: Score, card: Card, contract: ScoringContract) -> Payload:
    """What the card « Décision proposée » says of a score."""
    risk = tenths(score.default_probability)
    cut, review = tenths(score.threshold), tenths(score.review)
    top = _top(card, score)
    ratio = contract.costs.false_negative / contract.costs.false_positive
    margin = cut - risk
    return {
        "kind": "proposal",
        "raw": score.default_probability,
        "risk": number(risk / 10, 1),
        "text": probability(risk),
        "decision": score.decision,
        "words": t(f"clients.proposed_{score.decision}"),
        "meaning": _meaning(contract, score.default_probability),
        "density": density(card.edges, card.counts, top),
        "top": top,
        "cuts": [score.threshold, score.review],
        "cut_texts": [number(cut / 10, 1), number(review / 10, 1)],
        "ticks": _ticks(top, (score.threshold, score.review)),
        "at": score.default_probability,
        "threshold": t("clients.threshold", cut=probability(cut)),
        "why": t("clients.threshold_why", ratio=number(ratio, 0 if ratio == int(ratio) else 1)),
        "margin": _margin(margin, granted=score.granted),
        "zones": [t("clients.zone_accept"), t("clients.zone_review"), t("clients.zone_refuse")],
        "rows": _rows(card, score),
    }


def follow(decision: str) -> str:
    """What the button that follows the proposal says."""
    return t(f"clients.follow_{decision}")


def _margin(tenths_left: int, *, granted: bool) -> str:
    """How far from the threshold; a gap too small to show is said in words, on the side it lies."""
    if tenths_left == 0:
        return t(f"clients.{'just_below' if granted else 'just_above'}")
    return t(f"clients.{'margin' if granted else 'excess'}", points=_bare(abs(tenths_left)))


def _bare(count: int) -> str:
    return points(count).removeprefix("+")


def _meaning(contract: ScoringContract, risk: float) -> str:
    """« de risque de défaut à 12 mois : environ 7 dossiers semblables sur 100. »"""
    months = contract.horizon_months
    horizon = "risk_horizon_1" if months == 1 else "risk_horizon"
    what = t(f"clients.{horizon}", months=number(months)) if months else t("clients.risk")
    alike = round(risk * 100)
    said = (
        t("clients.alike_none")
        if alike < 1
        else t("clients.alike" if alike > 1 else "clients.alike_1", count=alike)
    )
    return f"{what} {said}"


def _top(card: Card, score: Score) -> float:
    """Where the axis ends: past the cuts, this client and nearly all the others."""
    counts = np.cumsum(card.counts)
    reach = card.edges[int(np.searchsorted(counts, REACH * counts[-1])) + 1] if counts[-1] else 0.0
    least = max(reach, score.review * 1.6, score.default_probability * 1.12)
    return min(1.0, float(np.ceil(least * 20) / 20))


def density(edges: Sequence[float], counts: Sequence[int], top: float) -> list[float]:
    """Heights 0 to 1 at GRID places from 0 to `top`: each bin's clients spread by a normal curve.

    What would fall below 0 is reflected, so that the area counts every client.
    """
    bounds, weight = np.asarray(edges), np.asarray(counts, dtype=float)
    centres = (bounds[1:] + bounds[:-1]) / 2
    places = np.linspace(0.0, top, GRID)[:, None]
    width = max(top / 55, float(np.median(np.diff(bounds))))
    curve = sum(np.exp(-0.5 * ((places - mirror) / width) ** 2) for mirror in (centres, -centres)) @ weight
    return [round(float(height), 4) for height in curve / (curve.max() or 1.0)]


def _ticks(top: float, cuts: tuple[float, float]) -> list[list[Any]]:
    """Round marks of the axis that leave room for the two cuts."""
    marks = [mark for mark in inner_ticks(0.0, top, 4) if all(abs(mark - cut) > CLOSE * top for cut in cuts)]
    return [[mark, number(mark * 100)] for mark in marks]


def _rows(card: Card, score: Score) -> list[list[str]]:
    """The table behind the density: clients by decision."""
    centres = (np.asarray(card.edges)[1:] + np.asarray(card.edges)[:-1]) / 2
    counts, total = np.asarray(card.counts), max(sum(card.counts), 1)
    parts = (
        centres < score.threshold,
        (centres >= score.threshold) & (centres < score.review),
        centres >= score.review,
    )
    return [
        [t(f"clients.zone_{zone}"), number(int(counts[part].sum())), percent(counts[part].sum() / total)]
        for zone, part in zip((ACCEPT, "review", "refuse"), parts, strict=True)
    ]
