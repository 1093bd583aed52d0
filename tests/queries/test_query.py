"""Each question is one pure, portable .sql file."""

import re

import pytest

from queries.catalogue import QUERIES, UnknownQuery, find
from queries.query import Query

every_query = pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: query.id)


@every_query
def test_it_opens_with_the_sentence_it_answers(query: Query) -> None:
    assert re.fullmatch(r"-- [A-Z].+\.\n", query.sql.partition("\n")[0] + "\n")
    assert query.answer.endswith(".")


@every_query
def test_it_reads_its_declared_relations_and_no_table(query: Query) -> None:
    text = re.sub(r"--[^\n]*", "", query.sql)
    own = set(re.findall(r"(\w+) AS \(", text))
    read = set(re.findall(r"\b(?:FROM|JOIN)\s+([\w.]+)", text)) - own
    assert read in ({"selected", *query.also}, {"selected", "visible", *query.also})


@every_query
def test_it_stays_in_the_portable_subset(query: Query) -> None:
    text = re.sub(r"--[^\n]*", "", query.sql)
    assert not re.search(r"(?i)\b(pivot|qualify|round|dayofweek|date_diff|count\s*\(\s*\*)|SELECT\s+\*", text)
    assert "ORDER BY" in text
    assert all("NULLS LAST" in part or "DESC" not in part for part in re.findall(r"ORDER BY[^)]*", text))
    assert len(re.findall(r"/", text)) == len(re.findall(r"/\s*nullif\(", text))


@every_query
def test_no_value_can_enter_it(query: Query) -> None:
    assert not re.search(r"[{}$?%]", query.sql)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownQuery):
        find("production.nothing")
