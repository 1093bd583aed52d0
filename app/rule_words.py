"""What a rule says: its sentences, its figures and limits, in the reader's words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.indicators import in_line
from app.texts import NBSP, language, number, percent, t
from queries.rules import INDICATORS, Recommendation
from queries.rules.indicators import Kind

DIGITS: Mapping[Kind, int] = {
    "days": 1, "share": 1, "times": 2, "spread": 2, "deviations": 1, "cases": 1, "load": 1,
}  # fmt: skip
# How figures that no rule compares are written.
FIGURES: Mapping[str, Kind] = {"usual_delay": "days", "delay_spread": "days", "load": "load"}
MOST_DIGITS = 6
PLURAL = 2


def title(found: Recommendation) -> str:
    """What to do, in a few words."""
    return found.rule.texts[language()]["title"].format(place=place(found))


def place(found: Recommendation) -> str:
    """The agency or region; « les agences choisies » for those picked together."""
    return found.place or t("rule.chosen")


def sentence(found: Recommendation) -> str:
    """Why, with each value and the limit it is past."""
    texts, measure = found.rule.texts[language()], found.measure
    text = texts["text"] if measure.weekly is None else texts.get("staffed", texts["text"])
    apart = {each.indicator: written_apart(each.indicator, each.value, each.limit) for each in found.measures}
    figures = {
        name: written(kind_of(name), value, None)
        for name, value in found.figures.items()
        if name in INDICATORS or name in FIGURES
    }
    values = {name: words for name, (words, _) in apart.items()}
    limits = {
        "limit" if n == 0 else f"limit_{n + 1}": apart[each.indicator][1]
        for n, each in enumerate(found.measures)
    }
    return text.format(
        place=place(found),
        months=found.rule.months,
        cases=cases(measure.cases),
        weekly=cases(measure.weekly, 1),
        **(figures | {"value": values[found.rule.indicator]} | values | limits),
    )


def compared(found: Recommendation) -> list[dict[str, Any]]:
    """Each condition: indicator and label, raw value and limit, and both as they are written."""
    return [
        {
            "indicator": each.indicator,
            "label": t(f"rules.ind_{each.indicator}"),
            "value": each.value,
            "limit": each.limit,
            "condition": each.condition,
            **dict(
                zip(
                    ("value_text", "limit_text"),
                    written_apart(each.indicator, each.value, each.limit),
                    strict=True,
                )
            ),
        }
        for each in found.measures
    ]


def kind_of(name: str) -> Kind:
    """How an indicator or a figure is written."""
    return INDICATORS[name].kind if name in INDICATORS else FIGURES[name]


def written(kind: Kind, value: float | None, digits: int | None) -> str:
    """A value with its unit; with the digits of its kind unless told otherwise."""
    digits = DIGITS[kind] if digits is None else digits
    match kind:
        case "days":
            return in_line("mean_delay", value, digits)
        case "share":
            return percent(value, digits)
        case "cases":
            return "—" if value is None else cases(value, digits)
    return number(value, digits)


def written_apart(indicator: str, value: float, limit: float) -> tuple[str, str]:
    """Value and limit; the value with as many digits as it takes to tell it from the limit."""
    kind = kind_of(indicator)
    exact = Decimal(f"{limit * 100 if kind == 'share' else limit:g}").as_tuple().exponent
    fewest = max(0, -int(exact))
    digits = next(
        d
        for d in range(DIGITS[kind], MOST_DIGITS + 1)
        if d == MOST_DIGITS or written(kind, value, d) != written(kind, limit, d)
    )
    return written(kind, value, digits), written(kind, limit, fewest)


def cases(count: float | None, digits: int = 0) -> str:
    """« 18 dossiers », « 1,5 dossier »: in French two make a plural."""
    if count == 1 and not digits:
        return t("rule.one_case")
    unit = t("rule.fraction" if count is not None and abs(count) < PLURAL and digits else "rule.cases")
    return f"{number(count, digits)}{NBSP}{unit}"
