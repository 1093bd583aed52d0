"""What an officer does on the page Client, and what the page then says."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

from data.scoring import FLAG
from models.fit import needed
from tests.browser.reader import Key, Reader
from tests.scored import consultations, scoring_on

FIRST = 100_001  # the first simulated client
SHEET = "#clients-sheet"
CARDS = ("decision", "reasons", "tries", "a", "b", "pair", "peers", "model")
FIGURE = re.compile(r"\d+,\d\s?%|\bpt\b")


def consult(reader: Reader, client: int = FIRST, purpose: str = "application", *, search: str = "") -> None:
    """Open a client by its address, say what for, and wait for its figures."""
    reader.open(f"/clients/{client}{search}")
    choose(reader, purpose)
    with reader.update():
        reader.page.get_by_role("button", name="Ouvrir").click()
    expect(reader.page.locator(SHEET)).to_be_visible()


def choose(reader: Reader, purpose: str, client: object = "") -> None:
    """Fill in the form that stands on the page or in the dialog."""
    form = reader.page.locator("form.pickrow").last
    form.locator("select").select_option(purpose)
    if client:
        form.locator("input").fill(str(client))


def find(reader: Reader, client: object) -> None:
    """By Ctrl K, up to the form that asks what the client is opened for."""
    reader.page.keyboard.press("Control+k")
    reader.page.keyboard.type(str(client))
    reader.page.keyboard.press("Enter")
    expect(reader.dialog().locator("select")).to_be_focused()


def card(reader: Reader, name: str) -> Locator:
    """The element a card is drawn in."""
    return reader.page.locator(f"#clients-{name}")


def rows(reader: Reader) -> Locator:
    """The lines of the waterfall."""
    return card(reader, "reasons").locator(".wf-r")


def tenths(text: str) -> int:
    """« −2,6 pt » → −26."""
    found = re.search(r"([+−]?)(\d+),(\d)", text)
    assert found, text
    return int(found[2] + found[3]) * (-1 if found[1] == "−" else 1)


def shown(reader: Reader, place: str) -> int:
    """The figure in a line of the waterfall, in tenths of a point: « start », « tot »."""
    return tenths(card(reader, "reasons").locator(f".wf-base.{place} .v").inner_text())


def risk(reader: Reader) -> float:
    """The unformatted probability of the card « Décision proposée »."""
    return float(card(reader, "decision").locator(".verdict .p").get_attribute("data-raw") or "nan")


def tried(reader: Reader) -> float:
    """The unformatted probability of « Et si… »."""
    return float(card(reader, "tries").locator(".wi .to").get_attribute("data-raw") or "nan")


def slider(reader: Reader, feature: str) -> Locator:
    """The input of a feature the client can change."""
    return reader.page.locator(f"#try-{feature}")


def move(reader: Reader, feature: str, value: float) -> None:
    """Set a slider and wait for the page to follow."""
    with reader.update():
        slider(reader, feature).fill(str(value))


def pick(reader: Reader, feature: str, *keys: Key) -> None:
    """Click a reason with those keys held, and wait for the variables."""
    with reader.update():
        card(reader, "reasons").locator(f'[data-value="{feature}"]').click(modifiers=list(keys))


def variable(reader: Reader, slot: str, words: str) -> None:
    """Choose variable A or B by the first hit of a search in its menu."""
    place = reader.page.locator(f"#clients-{slot}-card .var-menu")
    place.locator("summary").click()
    place.locator("input").fill(words)
    with reader.update():
        reader.page.keyboard.press("Enter")


def picked(reader: Reader) -> list[str]:
    """The names of A and B as their cards say them."""
    return [reader.page.locator(f"#clients-{slot}-card .var-menu summary b").inner_text() for slot in "ab"]


def card_action(reader: Reader, name: str, action: str) -> None:
    """Choose « table », « enlarge » or « define » in the menu of a card."""
    place = reader.page.locator(f"#clients-{name}-card")
    place.locator(".card-menu > summary").click()
    place.locator(f'.card-menu [data-action="{action}"]').click()


def assert_no_figure(reader: Reader) -> None:
    """Nothing on the page may be taken for a score, seen or not."""
    assert not FIGURE.search(reader.page.locator("#page").inner_text())
    hidden = reader.page.locator(SHEET).evaluate("node => node.textContent")
    assert not FIGURE.search(hidden), hidden
    assert reader.page.locator("#page [data-raw]").count() == 0
    assert reader.page.locator("#page [data-points]").count() == 0


def purposes(home: Path) -> list[str]:
    """What for, of every consultation by a person so far."""
    return [line["purpose"] for line in consultations(home) if line["purpose"] not in ("api", "command")]


def values_of(home: Path, client: int) -> dict[str, Any]:
    """What is on file of a client, as the API takes it: what is missing left out."""
    with scoring_on(home) as scoring:
        seen = scoring.consult(client, "control")
        assert scoring.champion
        model = scoring.champion.scorer
    features = [each for each in needed(model.card, model.contract) if each.formula is None]
    given = [(each, seen.values[each.name]) for each in features if seen.values[each.name] is not None]
    return {each.name: bool(value) if each.kind == FLAG else value for each, value in given}


def clients_by_decision(home: Path) -> dict[str, list[int]]:
    """Some clients for each decision that is proposed."""
    found: dict[str, list[int]] = {}
    with scoring_on(home) as scoring:
        for client in range(FIRST, FIRST + 60):
            decision = scoring.consult(client, "api").explanation.score.decision
            found.setdefault(decision, []).append(client)
    return found


def nearly_granted(home: Path) -> int:
    """A client to be reviewed, who would be granted a smaller amount."""
    for client in clients_by_decision(home)["review"]:
        with scoring_on(home) as scoring:
            offer = scoring.offer(scoring.consult(client, "api").values)
        if offer and set(offer.changes) == {"requested_amount"}:
            return client
    raise AssertionError("nobody would be granted a smaller amount")
