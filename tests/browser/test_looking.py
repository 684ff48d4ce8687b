"""What people who only look find in a real browser: ways, links, themes, phones."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from core.evaluation.history import trainings
from core.store import open_store
from dashboard.charts.theme import DARK, LIGHT
from tests.browser import served
from tests.browser.served import settle
from tests.browser.walking import DETAIL, button, go, press, tick, uncut, unfold, visit
from tests.demo_workspace import FIRST, PRODUCTION, WAITING

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_two_executions_are_picked_and_compared_down_to_a_subreddit(
    page: Page, looking: str, home: Path
) -> None:
    rows = [training.number for training in trainings(open_store(home)) if training.own]
    visit(page, looking)
    go(page, "Executions")
    uncut(page.locator(".stDataFrame").first)
    for number in (WAITING, PRODUCTION):
        tick(page, rows.index(number))
    press(page, f"Compare #{PRODUCTION} with #{WAITING}")
    expect(page.get_by_role("heading", name="Is the candidate really better?")).to_be_visible()
    assert f"baseline={PRODUCTION}&candidate={WAITING}" in page.url
    press(page, "Who wins, who loses")
    expect(page.get_by_role("heading", name="Who wins, who loses?")).to_be_visible()
    tick(page, 0)
    expect(page).to_have_url(re.compile("subreddit="))
    expect(page.locator(DETAIL)).to_contain_text("Taken for it")
    uncut(page.locator(f"{DETAIL} .stDataFrame"))


def test_ticks_are_still_there_after_going_back(page: Page, looking: str, home: Path) -> None:
    rows = [training.number for training in trainings(open_store(home)) if training.own]
    visit(page, f"{looking}/executions")
    for number in (WAITING, PRODUCTION):
        tick(page, rows.index(number))
    compare = f"Compare #{PRODUCTION} with #{WAITING}"
    expect(button(page, compare)).to_be_enabled()
    press(page, compare)
    expect(page.get_by_role("heading", name="Is the candidate really better?")).to_be_visible()
    page.go_back()
    expect(button(page, compare)).to_be_enabled()
    tick(page, rows.index(FIRST))
    expect(page).to_have_url(re.compile(f"ticked={FIRST}.*{PRODUCTION}.*{WAITING}"))


def test_three_ticked_runs_are_compared_and_still_ticked_after_going_back(
    page: Page, looking: str, home: Path
) -> None:
    rows = [training.number for training in trainings(open_store(home)) if training.own]
    visit(page, f"{looking}/executions?sort=epoch&columns=loss")
    for row in range(3):
        tick(page, row)
    expect(button(page, "Compare 3 runs")).to_be_enabled()
    press(page, "Compare 3 runs")
    expect(page.get_by_role("heading", name="How do these runs differ?")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    assert re.search("runs=8%2C14%2C18", page.url)
    page.go_back()
    expect(button(page, "Compare 3 runs")).to_be_enabled()
    assert "sort=epoch" in page.url
    assert "columns=loss" in page.url
    assert "runs=" not in page.url
    visit(page, f"{looking}/runs?runs={rows[0]},{rows[1]}")
    page.get_by_role("link", name="Choose others").click()
    settle(page)
    expect(button(page, f"Compare #{rows[1]} with #{rows[0]}")).to_be_enabled()


def test_the_demo_command_shows_the_demo(page: Page, home: Path) -> None:
    with served.dashboard(home, "demo") as address:
        visit(page, address)
        expect(button(page, f"Review #{WAITING}")).to_be_visible()


def test_the_model_card_of_a_version_is_downloaded(page: Page, looking: str) -> None:
    visit(page, f"{looking}/release?candidate={PRODUCTION}")
    with page.expect_download() as found:
        button(page, re.compile("HTML$")).click()
    path = found.value.path()
    assert re.fullmatch(r"model-card-\d{8}\.\d+\.html", found.value.suggested_filename)
    assert f"execution #{PRODUCTION}" in path.read_text(encoding="utf-8")


def test_a_link_shows_a_colleague_the_same_view(browser: Browser, looking: str) -> None:
    link = f"{looking}/subreddits?baseline={FIRST}&candidate={PRODUCTION}&subreddit=politics"
    context = browser.new_context()
    page = context.new_page()
    visit(page, link)
    expect(page.get_by_role("heading", name="r/politics")).to_be_visible()
    expect(page.get_by_text(f"Confused with, by #{FIRST} baseline")).to_be_visible()
    assert f"baseline={FIRST}" in page.url
    context.close()


@pytest.mark.parametrize(("theme", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_figures_and_page_follow_the_theme(
    browser: Browser, looking: str, theme: str, palette: object
) -> None:
    context = browser.new_context(color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    visit(page, f"{looking}/compare")
    line = page.locator(".js-plotly-plot").nth(1).locator(".scatterlayer .js-line").nth(1)
    expect(line).to_be_visible()
    surface = page.get_by_test_id("stApp").evaluate("e => getComputedStyle(e).backgroundColor")
    assert surface == css(palette.surface)  # type: ignore[attr-defined]
    assert css(palette.candidate) in (line.get_attribute("style") or "")  # type: ignore[attr-defined]
    context.close()


@pytest.mark.parametrize(
    "view",
    [
        "",
        "compare",
        "subreddits",
        "churn",
        "release",
        "ledger",
        "data",
        "executions",
        f"execution?execution={WAITING}",
        f"runs?runs={WAITING},{PRODUCTION},{FIRST}",
        "try_it",
        "feedback",
    ],
)
def test_nothing_overflows_a_phone(browser: Browser, looking: str, view: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    visit(page, f"{looking}/{view}")
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollWidth") <= 390
    context.close()


def test_what_can_be_done_comes_before_the_evidence_on_a_phone_and_beside_it_on_a_screen(
    browser: Browser, looking: str
) -> None:
    tops = {}
    for width in (390, 1280):
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        visit(page, f"{looking}/release?candidate={WAITING}")
        parts = (".st-key-case-about", ".st-key-case-side", ".st-key-case-main")
        tops[width] = [box(page.locator(part))["y"] for part in parts]
        unfold(page)
        labels = page.locator(".st-key-case :is(.stButton, .stFormSubmitButton) p").all()
        heights = {round(box(label)["height"]) for label in labels}
        context.close()
    about, side, main = tops[390]
    assert about < side < main
    about, side, main = tops[1280]
    assert about < side == main
    assert len(heights) == 1  # no label breaks into two lines


def box(shown: Locator) -> FloatRect:
    """Where it is on the page."""
    found = shown.bounding_box()
    assert found is not None
    return found


@pytest.mark.parametrize("width", [390, 820], ids=["telephone", "tablet"])
@pytest.mark.parametrize("name", ["feedback", "release", "try_it"])
def test_nothing_is_cut_or_stands_beside_a_small_screen(
    browser: Browser, looking: str, name: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    visit(page, f"{looking}/{name}")
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    for label in main.locator("button .stMarkdownEllipsis").all():
        assert label.evaluate("e => e.scrollWidth - e.clientWidth") <= 0, label.inner_text()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_small_print_has_the_contrast_that_it_needs(
    browser: Browser, looking: str, theme: str
) -> None:
    context = browser.new_context(color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    visit(page, f"{looking}/feedback")
    for selector in ("[data-testid='stCaptionContainer'] p", "[role='radio'][data-selected] p"):
        assert page.get_by_test_id("stMain").locator(selector).first.evaluate(CONTRAST) >= 4.5
    context.close()


CONTRAST = """element => {
    const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true})
    const brightness = (...layers) => {
        for (const colour of layers) {
            canvas.fillStyle = colour
            canvas.fillRect(0, 0, 1, 1)
        }
        const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map(value =>
            value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
    }
    const behind = []
    for (let each = element; each; each = each.parentElement) {
        behind.unshift(getComputedStyle(each).backgroundColor)
        canvas.globalAlpha *= getComputedStyle(each).opacity
    }
    const alpha = canvas.globalAlpha
    canvas.globalAlpha = 1
    const page = brightness("white", ...behind)
    canvas.globalAlpha = alpha
    const letters = brightness(getComputedStyle(element).color)
    return Math.max(page, letters) / Math.min(page, letters)
}"""
"""Of an element's letters against what is behind them, by WCAG 2.2."""


def css(colour: str) -> str:
    """``#rrggbb`` as browsers report it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def test_a_bar_leads_to_its_subreddits_and_a_mark_to_its_posts(page: Page, looking: str) -> None:
    pair = f"baseline={PRODUCTION}&candidate={WAITING}"
    visit(page, f"{looking}/compare?{pair}")
    bars = page.locator(".js-plotly-plot").first.locator(".barlayer .point path")
    expect(bars.first).to_be_attached()
    heights = [(bar.bounding_box() or {"height": 0})["height"] for bar in bars.all()]
    bars.nth(heights.index(max(heights))).click(force=True)
    expect(page).to_have_url(re.compile(rf"/subreddits\?{pair}&from=\S+&to=\S+"))
    settle(page)
    filter_ = page.get_by_role("button", name="Change from")
    filter_.click()
    expect(page).to_have_url(re.compile(f"{pair}$"))
    expect(filter_).to_have_count(0)
    settle(page)
    page.get_by_text("figure", exact=True).click()
    expect(page).to_have_url(re.compile(f"{pair}&view=figure$"))
    settle(page)
    figure = page.locator(".st-key-figure-place").bounding_box()
    way = page.get_by_role("link", name="Which posts changed").bounding_box()
    assert figure is not None
    assert way is not None
    assert figure["y"] + figure["height"] <= way["y"]
    page.locator(".scatterlayer .point").nth(10).click(force=True)
    expect(page).to_have_url(re.compile(r"view=figure&subreddit=\w+"))
    settle(page)
    page.get_by_role("link", name=re.compile("Only changed posts, in")).click()
    expect(page).to_have_url(re.compile(rf"/churn\?{pair}&subreddit=\w+"))
    expect(page.get_by_role("heading", name="Which posts changed?")).to_be_visible()


def test_a_figure_is_zoomed_and_saved_as_a_picture_and_as_its_data(
    page: Page, looking: str
) -> None:
    visit(page, f"{looking}/compare?baseline={PRODUCTION}&candidate={WAITING}")
    figure = page.locator(".js-plotly-plot").first
    closer = figure.locator(".xtick").get_by_text("−0.10")
    expect(figure.locator(".xtick").get_by_text("−0.20")).to_be_visible()
    expect(closer).to_have_count(0)
    figure.hover()
    figure.locator("[data-title='Zoom in']").click()
    expect(closer).to_be_visible()
    figure.locator("[data-title='Reset axes']").click()
    expect(closer).to_have_count(0)
    camera = figure.locator("[data-title^='Download plot']")
    assert saved(page, camera).startswith(b"\x89PNG")
    page.get_by_role("button", name="Save").first.click()
    data = saved(page, page.get_by_role("button", name="Data as CSV").first).decode()
    assert data.splitlines()[0] == '"series","change in F1","subreddits","from","to"'
    page.get_by_role("radio", name="SVG").first.click()
    settle(page)
    page.keyboard.press("Escape")
    figure.hover()
    assert saved(page, camera).startswith(b"<svg")


def saved(page: Page, button: Locator) -> bytes:
    """The file that a button gives."""
    with page.expect_download() as download:
        button.click()
    return download.value.path().read_bytes()
