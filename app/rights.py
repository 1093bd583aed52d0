"""What an account may do and see, in words: roles, agencies."""

from collections.abc import Collection

from app.accounts import ROLES
from app.filters import member_label
from app.texts import t
from queries.selection import Selection

EVERY, SOME, NONE, OTHER = "every", "some", "none", "other"


def roles(names: Collection[str]) -> list[str]:
    """Their names as people say them, in the order of the list of roles."""
    return [t(f"roles.{name}") for name in ROLES if name in names]


def reach(text: str | None) -> str:
    """How far a scope goes: `every` row, those of `some` agencies, `none`, or cut out in an `other` way."""
    if text is None:
        return NONE
    picked = Selection.parse(text)
    if picked == Selection():
        return EVERY
    return SOME if picked == Selection(picks={"agency": picked.picks.get("agency", ())}) else OTHER


def agencies(text: str | None) -> list[str]:
    """The agencies that a scope names."""
    return list(Selection.parse(text).picks.get("agency", ())) if text else []


def scope(text: str | None) -> str:
    """« Toutes les agences », « Lille, Rouen », « Aucune agence : ne voit aucune ligne »."""
    if text is None:
        return t("accounts.no_agency")
    picked = Selection.parse(text)
    if picked == Selection():
        return t("accounts.every_agency")
    return ", ".join(member_label(dim, value) for dim, values in picked.picks.items() for value in values)
