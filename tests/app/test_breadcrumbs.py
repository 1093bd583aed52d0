"""The breadcrumb: links above, the page itself last, a slot for an open case."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.accounts import DEMONSTRATION, acting
from app.breadcrumbs import crumbs
from app.filters import bar


def found(node: Any, kind: str) -> list[Any]:
    """Every element of that kind, in order."""
    held = getattr(node, "children", None)
    below = held if isinstance(held, list) else [held] if held is not None else []
    mine = [node] if type(node).__name__ == kind else []
    return mine + [each for child in below for each in found(child, kind)]


STEPS = [("Réseau", "/production"), ("Lille", "/agencies/HDF-01"), ("Agent A10", None)]


def test_the_steps_above_are_links_that_keep_the_selection() -> None:
    links = found(crumbs(STEPS), "A")
    assert [(link.children, link.href) for link in links] == [step for step in STEPS if step[1]]
    assert {link.className for link in links} == {"keeps"}


def test_the_last_step_is_the_current_page_and_no_link() -> None:
    *above, here, case = found(crumbs(STEPS), "Li")
    assert here.children.children == "Agent A10"
    assert getattr(here, "aria-current") == "page"
    assert all(not hasattr(step, "aria-current") for step in above)
    assert case.id == "crumb-case"
    assert case.hidden


def test_it_is_named_for_those_who_do_not_see_it() -> None:
    assert getattr(crumbs(STEPS), "aria-label") == "Fil d'Ariane"


@pytest.fixture(autouse=True)
def _reader() -> Iterator[None]:
    with acting(DEMONSTRATION):
        yield


def test_a_place_has_its_name_as_title_and_a_menu_to_the_other_agencies() -> None:
    made = bar("Lille", crumbs=crumbs(STEPS), sub="Carsat Hauts-de-France")
    assert [title.children for title in found(made, "H1")] == ["Lille"]
    panels = [getattr(panel, "data-menu", None) for panel in found(made, "Div")]
    assert "office" in panels
    assert "agency" not in panels


def test_an_agents_page_has_no_menu_of_agencies() -> None:
    made = bar("Agent A10", crumbs=crumbs(STEPS), agency_menu=False)
    assert not {"office", "agency"} & {getattr(panel, "data-menu", None) for panel in found(made, "Div")}


def test_the_network_picks_agencies() -> None:
    assert "agency" in {getattr(panel, "data-menu", None) for panel in found(bar("Pilotage"), "Div")}
