"""What the API's documentation says beyond the code: refusals, the parameters of a selection, rows."""

from collections.abc import Iterable
from typing import Annotated, Any

import polars as pl
from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from queries.catalogue import QUERIES
from queries.query import Query
from queries.selection import AGES

ClientId = Annotated[int, Path(description="The client's number.")]
PROBLEM = "application/problem+json"
KINDS: dict[Any, dict[str, Any]] = {
    pl.String(): {"type": ["string", "null"]},
    pl.Int64(): {"type": ["integer", "null"]},
    pl.Float64(): {"type": ["number", "null"]},
    pl.Date(): {"type": ["string", "null"], "format": "date"},
}
PICKS = {
    "region": "Regions.",
    "agency": "Agencies, by their unique names.",
    "agent": "Agents, by their pseudonyms.",
    "case_type": "Types of case.",
    "status": "`closed`, `open` or `rejected`.",
    "age": f"Days since receipt, of open cases: {', '.join(f'`{age}`' for age in AGES)}.",
    "returned": "`1`: sent back at least once; `0`: never.",
}
DAYS = {"since": "First day, included.", "until": "Last day, included."}


class Problem(BaseModel):
    """Why there is no answer (RFC 9457)."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Unprocessable Content",
                "status": 422,
                "detail": "La valeur de « since » est refusée.",
                "field": "since",
            }
        },
    )

    type: str
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status again.")
    detail: str = Field(description="One sentence, in French unless the cookie `vigie_language` is `en`.")
    field: str | None = Field(None, description="The parameter or the feature that is wrong (422).")
    reference: str | None = Field(None, description="What the failure is called in the server's log (500).")


def refusals(**reasons: str) -> dict[int | str, dict[str, Any]]:
    """For `responses=`, as `refusals(s404="No such client.")`; with the 403 of every address."""
    told = {"s403": "No session, or no permission.", **reasons}
    return {int(status.removeprefix("s")): _refusal(reason) for status, reason in told.items()}


def _refusal(reason: str) -> dict[str, Any]:
    return {"description": reason, "content": {PROBLEM: {"schema": reference(Problem)}}}


def reference(model: type[BaseModel]) -> dict[str, str]:
    """Where the schema of that model stands in the document."""
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def one_of(values: Iterable[str], text: str) -> Any:
    """For `Annotated[str, …]`: a part of the address that is one of `values`. It tells, and refuses none."""
    return Path(description=text, json_schema_extra={"enum": list(values)})


def selection_parameters() -> list[dict[str, Any]]:
    """The parameters of a selection; without any it is everything."""
    several = {"type": "array", "items": {"type": "string"}}
    picks = [_parameter(name, f"{text} Repeated for several.", several) for name, text in PICKS.items()]
    return picks + [
        _parameter(name, text, {"type": "string", "format": "date"}) for name, text in DAYS.items()
    ]


def row_schema() -> dict[str, Any]:
    """The schema of an answer: the row objects of one of the questions."""
    return {"anyOf": [_rows(query) for query in QUERIES.values()]}


def _rows(query: Query) -> dict[str, Any]:
    columns = {name: KINDS[kind] for name, kind in query.columns.items()}
    row = {"type": "object", "properties": columns, "required": list(columns)}
    return {"title": query.id, "description": query.answer, "type": "array", "items": row}


def _parameter(name: str, text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": text, "schema": schema}
