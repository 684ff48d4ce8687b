"""Everybody can use the pages: axe-core finds nothing of ours, the keyboard reaches everything."""

import io
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect

from core.arrays import Floats
from tests.browser.screenshots import PAGES, SIZES, THEMES, ask
from tests.browser.served import settle
from tests.browser.walking import button, visit

pytestmark = [pytest.mark.slow, pytest.mark.browser]

STREAMLIT = {
    # The menu has each section's heading and links in a <div> between the list and its items.
    "list": "[data-testid='stSidebarNavItems']",
    "listitem": "[data-testid='stSidebarNavItems'] li",
}
"""What is Streamlit's own: rule of axe-core -> where it may be broken."""
RUN = """async (known) => {
    const found = (await axe.run(document, {resultTypes: ["violations"]})).violations
    const nodes = found.flatMap(each => each.nodes.map(node => [each, node]))
    const own = ([each, node]) => document.querySelector(node.target[0])?.matches(known[each.id])
    const said = ([each, node]) => `${each.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`
    return {
        ours: nodes.filter(each => !(each[0].id in known && own(each))).map(said),
        theirs: [...new Set(nodes.filter(each => each[0].id in known).map(([each]) => each.id))],
    }
}"""
UNFOLD = "document.querySelectorAll('details:not([open]) > summary').forEach(each => each.click())"
RING = 100
"""Pixels that change where the focus comes: around the smallest button it is more."""


@pytest.fixture
def axed(browser: Browser) -> Iterator[Page]:
    """A tab in which axe-core stands ready."""
    context = browser.new_context(reduced_motion="reduce")
    context.add_init_script(Axe().axe_script)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_of_ours(axed: Page, looking: str, public: str, name: str) -> None:
    form(axed, THEMES[0], "wide")
    visit(axed, f"{public if name == 'demo' else looking}/{PAGES[name]}")
    ask(axed, name)
    axed.evaluate(UNFOLD)
    axed.add_style_tag(content="*, ::before, ::after { transition: none !important; }")
    for theme, size in zip(THEMES, SIZES, strict=True):
        form(axed, theme, size)
        settle(axed)
        found: dict[str, Any] = axed.evaluate(RUN, STREAMLIT)
        assert not found["ours"], f"{theme}, {size}: {found['ours']}"
        if name != "demo":
            assert set(found["theirs"]) == set(STREAMLIT), "Streamlit has mended something"


def form(page: Page, theme: Any, size: str) -> None:
    width, height = SIZES[size]
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size(ViewportSize(width=width, height=height))


@pytest.mark.parametrize(
    ("view", "theme"),
    [("subreddits", "dark"), ("release?candidate=20", "light")],
)
def test_where_the_keyboard_is_can_be_seen(page: Page, looking: str, view: str, theme: Any) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    visit(page, f"{looking}/{view}")
    seen: dict[str, int] = {}
    while (kind := next_stop(page)) and len(seen) < 60:
        if kind not in seen:
            seen[kind] = ring(page)
    assert len(seen) > 8, seen
    assert {kind: pixels for kind, pixels in seen.items() if pixels < RING} == {}


def next_stop(page: Page) -> str:
    """Press Tab; what kind of thing has the focus then, empty behind the last one."""
    page.keyboard.press("Tab")
    kind: str = page.evaluate("""() => {
        const here = document.activeElement
        if (here === document.body) return ""
        return [here.tagName, here.closest("[data-testid]")?.dataset.testid].join(" ")
    }""")
    return kind


def ring(page: Page) -> int:
    """Pixels that have 3:1 against what they are without the focus."""
    page.wait_for_timeout(50)
    with_focus = luminance(page)
    page.evaluate("window.left = document.activeElement; left.blur()")
    page.wait_for_timeout(50)
    without = luminance(page)
    page.evaluate("left.focus()")
    lighter, darker = np.maximum(with_focus, without), np.minimum(with_focus, without)
    return int(((lighter + 0.05) / (darker + 0.05) >= 3).sum())


def luminance(page: Page) -> Floats:
    """Of every pixel, as WCAG defines it."""
    pixels = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")) / 255
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    weighed: Floats = linear @ np.array([0.2126, 0.7152, 0.0722])
    return weighed


def test_a_row_is_ticked_without_a_mouse_and_the_table_says_how(page: Page, looking: str) -> None:
    visit(page, f"{looking}/executions")
    while "data-grid-canvas" not in (kind := next_stop(page)):
        assert kind, "the table is not reached"
    said = "getComputedStyle(document.querySelector('.stDataFrame'), '::before').content"
    assert "Shift+Space ticks a row" in page.evaluate(said)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    expect(page).to_have_url(re.compile(r"ticked=\d+"))


def test_what_scrolls_sideways_is_reached_and_scrolled_without_a_mouse(
    browser: Browser, looking: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    visit(page, f"{looking}/execution?execution=20")
    wide = page.locator(".stMarkdown table[tabindex='0']").first
    expect(wide).to_be_visible()
    reached = """() => [...document.querySelectorAll(".stMarkdown table, .stCode pre")].every(
        each => (each.scrollWidth > each.clientWidth) === (each.tabIndex === 0)
    )"""
    page.wait_for_function(reached)
    wide.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(page.locator(".stMarkdown table[tabindex='0']")).to_have_count(0)
    context.close()


def test_the_parts_of_a_command_are_as_dark_as_the_rest(page: Page, looking: str) -> None:
    visit(page, f"{looking}/ledger")
    page.evaluate(UNFOLD)
    expect(page.locator(".stCode .token").first).to_be_visible()
    colours = """() => [...document.querySelectorAll(".stCode .token")].map(
        each => getComputedStyle(each).color === getComputedStyle(each.closest("code")).color
    )"""
    assert all(page.evaluate(colours))


def test_the_ring_is_seen_in_a_dialog_too(page: Page, looking: str) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    visit(page, f"{looking}/release?candidate=20")
    button(page, re.compile("Roll production back to")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    drawn = list[str]()
    while len(drawn) < 2:
        kind = next_stop(page)
        assert kind, "the keyboard has left the dialog"
        if kind.startswith("BUTTON"):
            drawn.append(page.evaluate("getComputedStyle(document.activeElement).outline"))
    light = r"rgb\((2[2-5]\d(, )?){3}\) solid 2px"
    assert all(re.fullmatch(light, each) for each in drawn), drawn
