"""What a feature of an application is called, and its values in the reader's words and units."""

from app.texts import NBSP, language, number, percent, t
from data.scoring import CATEGORY, FLAG, Feature, Value

COUNTED = ("years", "months", "days")


def feature_label(feature: Feature) -> str:
    """« Durée du crédit »."""
    return feature.labels[language()]


def value_words(feature: Feature, value: Value) -> str:
    """« 12 000 € », « 36 mois », « oui », « non renseigné »; a code by its label where it has one."""
    if value is None:
        return t("feature.missing")
    if feature.kind == CATEGORY:
        return feature.values.get(str(value), {}).get(language(), str(value))
    amount = float(value)
    if amount in feature.sentinels:
        return feature.sentinels[amount][language()]
    if f"{amount:g}" in feature.values:
        return feature.values[f"{amount:g}"][language()]
    if feature.kind == FLAG:
        return t("feature.yes" if amount else "feature.no")
    return measured(feature, amount)


def measured(feature: Feature, amount: float) -> str:
    """A number of that feature with its unit."""
    if feature.unit == "%":
        return percent(amount, feature.decimals).replace("-", "−")
    text = number(amount, feature.decimals).replace("-", "−")
    if feature.unit in COUNTED:
        return t(f"feature.{_unit(feature.unit, amount)}", n=text)
    return f"{text}{NBSP}{feature.unit}" if feature.unit else text


def _unit(unit: str, amount: float) -> str:
    """The unit, in the singular where the language says so."""
    one = abs(amount) < 2 if language() == "fr" else abs(amount) == 1
    return f"one_{unit.removesuffix('s')}" if one else unit
