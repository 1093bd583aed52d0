"""A question: one .sql file, the relation it reads and the columns it answers with."""

import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

import polars as pl

Source = str  # a relation of queries.engine.RELATIONS


@dataclass(frozen=True, eq=False)
class Query:
    """`package` (the declaring module), file name, main relation (`selected` in the text), declared answer.

    `also` names further relations the text reads under their own names (`flows`, `open_cases`, `offices`,
    `known`), each already cut to the scope and the selection.
    """

    package: str
    name: str
    source: Source
    columns: pl.Schema
    also: tuple[Source, ...] = ()

    @property
    def domain(self) -> str:
        """The folder it stands in: `production`."""
        return self.package.rpartition(".")[2]

    @property
    def id(self) -> str:
        """`production.kpis`, as commands and the API name it."""
        return f"{self.domain}.{self.name}"

    @cached_property
    def sql(self) -> str:
        """The text of its file, comments included."""
        return (files(self.package) / f"{self.name}.sql").read_text(encoding="utf-8")

    @cached_property
    def answer(self) -> str:
        """What it answers, in one sentence: the comment on the file's first line."""
        return self.sql.partition("\n")[0].removeprefix("-- ")

    @cached_property
    def words(self) -> frozenset[str]:
        """Every identifier of the text: the columns it may need."""
        return frozenset(re.findall(r"[a-z_]+", re.sub(r"--[^\n]*", "", self.sql)))

    @property
    def relations(self) -> tuple[Source, ...]:
        """The main relation, then the others."""
        return (self.source, *self.also)
