"""A reviewer's way in a real browser: from Overview to a moved production."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core.release import aliases
from core.store import open_store
from dashboard.charts.theme import DARK, LIGHT
from tests.browser import served
from tests.browser.served import settle
from tests.demo_workspace import GROUP

pytestmark = [GROUP, pytest.mark.browser]

CANDIDATE_ROW, PRODUCTION_ROW = 4, 7
"""Of #15 and #6 among the trainings; above them stand the retrainings that measure noise."""
TICK_X, FIRST_ROW_Y, ROW_HEIGHT = 18, 53, 35
"""Where the tick boxes of a table are: it is drawn on a canvas."""


def tick(page: Page, row: int) -> None:
    """Tick a row of the first table."""
    table = page.locator(".stDataFrameGlideDataEditor").first
    table.click(position={"x": TICK_X, "y": FIRST_ROW_Y + row * ROW_HEIGHT})
    settle(page)


def go(page: Page, name: str) -> None:
    """Follow a link of the sidebar."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    settle(page)


def press(page: Page, name: str | re.Pattern[str]) -> None:
    settle(page)
    page.get_by_role("button", name=name).click()
    settle(page)


def test_a_reviewer_walks_from_overview_to_production(page: Page, address: str, home: Path) -> None:
    before = aliases.current(open_store(home))["production"]
    page.goto(address)
    settle(page)
    expect(page.get_by_text("1 candidate waits for review")).to_be_visible()

    go(page, "Executions")
    tick(page, CANDIDATE_ROW)
    tick(page, PRODUCTION_ROW)
    press(page, re.compile(r"Compare #\d+ with #\d+"))
    expect(page.get_by_role("heading", name="Is the candidate really better?")).to_be_visible()
    assert "baseline=6&candidate=15" in page.url

    press(page, "Who wins, who loses")
    expect(page.get_by_role("heading", name="Who wins, who loses?")).to_be_visible()
    tick(page, 0)
    expect(page).to_have_url(re.compile("subreddit="))

    go(page, "Overview")
    press(page, "Review #15")
    page.get_by_label("Comment").fill("Knows the election; politics is far better.")
    page.get_by_label("Comment").press("Control+Enter")
    settle(page)
    press(page, "Approve #15")
    press(page, re.compile(r"Release \S+ to production"))
    expect(page.get_by_role("status").filter(has_text="production is now")).to_be_visible()

    after = aliases.current(open_store(home))["production"]
    assert after != before
    assert aliases.history(open_store(home), "production")[0].by == "ada"

    press(page, f"Roll production back to {before}")
    press(page, f"Roll back to {before}")
    expect(page.get_by_role("status").filter(has_text=f"back at {before}")).to_be_visible()
    assert aliases.current(open_store(home))["production"] == before


def test_the_demo_is_built_and_shown_from_nothing(page: Page, tmp_path: Path) -> None:
    with served.dashboard(tmp_path / "new", "demo") as address:
        page.goto(address)
        settle(page)
        expect(page.get_by_role("button", name="Review #15")).to_be_visible()


def test_a_link_shows_a_colleague_the_same_view(browser: Browser, looking: str) -> None:
    link = f"{looking}/subreddits?baseline=4&candidate=9&subreddit=politics"
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    settle(page)
    expect(page.get_by_role("heading", name="r/politics")).to_be_visible()
    expect(page.get_by_text("Taken for, by #4 baseline")).to_be_visible()
    assert "baseline=4" in page.url
    context.close()


@pytest.mark.parametrize(("theme", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_figures_and_page_follow_the_theme(
    browser: Browser, looking: str, theme: str, palette: object
) -> None:
    context = browser.new_context(color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{looking}/compare")
    settle(page)
    line = page.locator(".js-plotly-plot").nth(1).locator(".scatterlayer .js-line").nth(1)
    expect(line).to_be_visible()
    surface = page.get_by_test_id("stApp").evaluate("e => getComputedStyle(e).backgroundColor")
    assert surface == css(palette.surface)  # type: ignore[attr-defined]
    assert css(palette.candidate) in (line.get_attribute("style") or "")  # type: ignore[attr-defined]
    context.close()


@pytest.mark.parametrize(
    "view", ["", "compare", "subreddits", "churn", "release", "executions", "try_it"]
)
def test_nothing_overflows_a_phone(browser: Browser, looking: str, view: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{looking}/{view}")
    settle(page)
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollWidth") <= 390
    context.close()


def css(colour: str) -> str:
    """``#rrggbb`` as browsers report it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def test_a_bar_leads_to_its_subreddits_and_a_mark_to_its_posts(page: Page, looking: str) -> None:
    page.goto(f"{looking}/compare?baseline=6&candidate=15")
    settle(page)
    bars = page.locator(".js-plotly-plot").first.locator(".barlayer .point path")
    expect(bars.first).to_be_attached()
    heights = [(bar.bounding_box() or {"height": 0})["height"] for bar in bars.all()]
    bars.nth(heights.index(max(heights))).click(force=True)
    expect(page).to_have_url(re.compile(r"/subreddits\?baseline=6&candidate=15&from=\S+&to=\S+"))
    settle(page)
    page.get_by_role("button", name="Change from").click()
    expect(page).to_have_url(re.compile(r"candidate=15$"))
    settle(page)
    page.get_by_text("figure", exact=True).click()
    page.locator(".scatterlayer .point").nth(10).click(force=True)
    expect(page).to_have_url(re.compile(r"view=figure&subreddit=\w+"))
    settle(page)
    page.get_by_role("link", name=re.compile("Only those that changed")).click()
    expect(page).to_have_url(re.compile(r"/churn\?baseline=6&candidate=15&subreddit=\w+"))
    expect(page.get_by_role("heading", name="Which posts changed?")).to_be_visible()
