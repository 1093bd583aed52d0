"""Rules that fired, in the reader's words: on the page, on the command line."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from itertools import islice
from threading import Lock
from typing import Any

from app.asking import Shape, as_picked
from app.effect_words import audited, payload, reasons
from app.rule_effects import Plan, Simulated, simulated, stands
from app.rule_words import cases, compared, sentence, title
from app.services import services
from app.texts import t
from app.transfer_words import refused
from queries import rules
from queries.engine import Days
from queries.production import kpis
from queries.query import Query
from queries.rules import Recommendation
from queries.selection import Selection

RETURN_LIMIT = next(each.limit for each in rules.rules() if each.indicator == "row_mean_return_rate")
KEPT = 500  # effects remembered
Item = dict[str, Any]

_known: OrderedDict[tuple[Any, ...], Simulated | None] = OrderedDict()
_guard = Lock()


def items(selection: Selection, scope: Selection | None, limit: int | None = None) -> list[Item]:
    """What the rules say of a selection, the most urgent first, in words and raw; at most `limit` of them.

    Empty where nothing is published. Raises QueryTimeout.
    """
    found = ((each, _told(each, scope, Plan())) for each in found_for(selection, scope))
    return [item(each, told) for each, told in islice((pair for pair in found if stands(*pair)), limit)]


def replanned(name: str, selection: Selection, scope: Selection | None, plan: Plan) -> Item | None:
    """The item of that id under another plan; None where it is not recommended.

    Raises ValueError for a plan that cannot be.
    """
    for each in found_for(selection, scope):
        proposed = _told(each, scope, Plan()) if each.id == name else None
        if each.id == name and stands(each, proposed):
            return item(each, _told(each, scope, plan, proposed))
    return None


def again(name: str, selection: Selection, scope: Selection | None, plan: Mapping[str, Any]) -> Item | None:
    """`replanned` with a plan as a page sends it: agents, weeks, transfers, each None where it has none."""
    kept = plan.get("transfers")
    wanted = Plan(plan.get("agents"), plan.get("weeks"), None if kept is None else tuple(kept))
    return replanned(name, selection, scope, wanted)


def found_for(selection: Selection, scope: Selection | None) -> list[Recommendation]:
    """The rules that fire on the snapshot now served."""
    snapshot = services().snapshot
    days = Days.of(snapshot) if snapshot else None
    if days is None:
        return []
    asked = rules.questions(selection, days)
    answers = dict(zip(asked, services().run_all(list(asked.values()), scope), strict=True))
    return rules.fired(answers, selection, days, scope or rules.EVERYTHING)


def _told(
    found: Recommendation, scope: Selection | None, plan: Plan, proposed: Simulated | None = None
) -> Simulated | None:
    """The effect on the snapshot now served, remembered: it is the same until the data change."""
    snapshot = services().snapshot
    version = snapshot.id if snapshot else ""
    named = (version, str(scope), found.id, str(found.evidence), found.focus, plan)
    with _guard:
        if named in _known:
            _known.move_to_end(named)
            return _known[named]
    told = simulated(found, lambda asked: services().run_all(list(asked), scope), plan, proposed)
    with _guard:
        _known[named] = told
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return told


# What a view that shows them asks: whatever changes this changes them.
ASKS: Mapping[str, tuple[Query, Shape]] = {"now": (kpis, as_picked)}


def item(found: Recommendation, told: Simulated | None = None) -> Item:
    """One recommendation and its effect, for a card."""
    return {
        "id": found.id,
        "rule": found.rule.id,
        "place": found.place,
        "dim": found.dim,
        "month": str(found.month),
        "urgency": found.rule.urgency,
        "decides": found.rule.decided,
        "icon": found.rule.icon,
        "title": title(found),
        "text": sentence(found),
        "badge": found.place or t(f"rule.{found.scope}"),
        "measures": compared(found),
        "raw": found.value,
        "limit": found.limit,
        "link": t("rule.see", cases=cases(found.measure.cases)),
        "evidence": str(found.evidence),
        "effect": payload(found, told) if told else None,
        "reasons": reasons(told),
        "audited": audited(told),
        "refused": refused(told),
    }


def as_rows(found: Sequence[tuple[Recommendation, Simulated | None]]) -> list[dict[str, Any]]:
    """As commands print them: rule, text, value, limit, rows, evidence (a query string), effect, place."""
    return [
        {
            "rule": each.rule.id,
            "text": sentence(each),
            "value": each.value,
            "limit": each.limit,
            "rows": each.rows,
            "evidence": str(each.evidence),
            "effect": payload(each, told) if told else None,
            "place": each.place,
        }
        for each, told in found
    ]
