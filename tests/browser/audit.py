"""Accessibility by axe-core, and the geometry that axe does not look at."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
RUN = "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"

CONTROLS = "a, button, summary, input, [role=button]"
# What fades in is judged once it is there. A movement without an end is not waited for.
STILL = """
() => Promise.all(document.getAnimations()
  .filter(each => Number.isFinite(each.effect.getComputedTiming().endTime))
  .map(each => each.finished.catch(() => null))).then(() => null)
"""
SEEN = """
selector => [...document.querySelectorAll(selector)].filter(node => {
  if (!node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
  const box = node.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && !node.closest(".skip");
}).map(node => {
  const box = node.getBoundingClientRect();
  const fixed = node.closest(".bottom-nav, .top") !== null;
  const name = node.getAttribute("aria-label") || node.textContent.trim() || node.id || node.className;
  const cut = [node, ...node.querySelectorAll("*")].some(part =>
    part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0 &&
    getComputedStyle(part).overflowX !== "visible" && !["INPUT", "svg"].includes(part.tagName));
  return { name, fixed, cut, left: box.left, right: box.right, top: box.top, bottom: box.bottom };
})
"""


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it stands, one line for each element."""
    page.evaluate(AXE)
    page.evaluate(STILL)
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))} {node.get('failureSummary', '')}"
        for rule in found
        for node in rule["nodes"]
    ]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def boxes(page: Page, selector: str = CONTROLS) -> list[dict[str, Any]]:
    """Name and place of the visible elements, and whether their text is cut."""
    found: list[dict[str, Any]] = page.evaluate(SEEN, selector)
    return found


def outside(page: Page) -> list[str]:
    """Controls that stick out of the window sideways."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    return [box["name"] for box in boxes(page) if box["left"] < -0.5 or box["right"] > width + 0.5]


def overlapping(page: Page) -> list[str]:
    """Pairs of controls that cover each other; dots of a scatter may."""
    found = [box for box in boxes(page, "a, button, summary, input") if not box["fixed"]]
    return [
        f"{one['name']} / {other['name']}"
        for place, one in enumerate(found)
        for other in found[place + 1 :]
        if min(one["right"], other["right"]) - max(one["left"], other["left"]) > 1
        and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 1
    ]


def cut(page: Page, selector: str) -> list[str]:
    """Elements whose text does not fit."""
    return [box["name"] for box in boxes(page, selector) if box["cut"]]
