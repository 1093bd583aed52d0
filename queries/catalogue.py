"""Every question by its name, as commands and the API ask for it."""

from queries import agencies, cases, production, targets
from queries.query import Query

DOMAINS = (production, agencies, cases, targets)
QUERIES: dict[str, Query] = {query.id: query for domain in DOMAINS for query in domain.QUERIES}


class UnknownQuery(Exception):
    """No question has that name."""


def find(name: str) -> Query:
    """The question `domain.name`. Raises UnknownQuery."""
    try:
        return QUERIES[name]
    except KeyError:
        raise UnknownQuery(name) from None
