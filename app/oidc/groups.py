"""Which groups of the organisation may do what, on which agencies: a TOML file, read at each sign-in.

contact = "the IT desk, 01 23 45 67 89"       # whom those ask who have no right

[[access]]
group = "vigie-managers"                       # as the provider writes it
roles = ["manager"]
agencies = ["Bobigny", "Créteil"]              # or all_agencies = true; neither: no row

[[access]]
claim = "email"                                # another claim than the groups; a dot goes inside
value = "claire.martin@example.org"
roles = ["admin"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.accounts import ROLES
from queries.selection import Selection

GROUPS = ("groups", "realm_access.roles")  # where Keycloak and its like write a person's groups


class BadGroups(Exception):
    """The file cannot be read or is not as it must be; the text says what, for the log."""


class Access(BaseModel):
    """One way to rights: a group, or a value of a claim."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    group: str | None = Field(None, min_length=1)
    claim: str | None = Field(None, min_length=1)
    value: str | None = Field(None, min_length=1)
    roles: tuple[str, ...] = Field(min_length=1)
    agencies: tuple[str, ...] = ()
    all_agencies: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Access:
        if (self.group is None) == (self.claim is None) or (self.claim is None) != (self.value is None):
            raise ValueError("either a group, or a claim and its value")
        if unknown := set(self.roles) - set(ROLES):
            raise ValueError(f"no such role: {', '.join(sorted(unknown))}")
        if self.agencies and self.all_agencies:
            raise ValueError("either agencies, or all of them")
        return self

    def holds(self, claims: Mapping[str, Any]) -> bool:
        """Whether the person of these claims has it."""
        if self.group is not None:
            return any(self.group in _texts(claims, claim) for claim in GROUPS)
        if self.claim == "email" and claims.get("email_verified", True) is not True:
            return False  # anybody may write any address into their own profile
        return self.value in _texts(claims, str(self.claim))


class Groups(BaseModel):
    """The file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    contact: str = Field("", max_length=300)
    access: tuple[Access, ...] = ()

    def rights(self, claims: Mapping[str, Any]) -> Rights | None:
        """All that the person's groups give together; None where they give nothing."""
        held = [access for access in self.access if access.holds(claims)]
        if not held:
            return None
        roles = {role for access in held for role in access.roles}
        return Rights(tuple(sorted(roles)), _scope(held))


@dataclass(frozen=True)
class Rights:
    """What a person may do, on which rows (as of an Account)."""

    roles: tuple[str, ...]
    scope: str | None


def read(file: Path | None) -> Groups:
    """The file as it is now; no file gives nobody any right. Raises BadGroups."""
    if file is None:
        return Groups()
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        return Groups.model_validate(_tuples(told))
    except OSError as error:
        raise BadGroups(error.strerror or type(error).__name__) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadGroups(f"{where}: {first['msg']}") from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise BadGroups(str(error)) from error


def _tuples(value: Any) -> Any:
    """TOML's arrays as what never changes."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _scope(held: list[Access]) -> str | None:
    if any(access.all_agencies for access in held):
        return ""
    agencies = tuple(agency for access in held for agency in access.agencies)
    return str(Selection(picks={"agency": agencies})) if agencies else None


def _texts(claims: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """The texts of a claim, one or a list; none where it is something else."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return (found,)
    return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()
