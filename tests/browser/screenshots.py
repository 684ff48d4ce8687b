"""Render every page of a fresh demo into docs/images: light and dark, wide and phone.

Run it as ``make screenshots``. Names may be given to render only some pages, and ``--to FOLDER``.
"""

import argparse
import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page

from core.demo.build import build_demo
from core.store import open_store
from tests.browser.served import ROOT, chromium, dashboard, settle

PAGES = {
    "overview": "",
    "compare": "compare",
    "subreddits": "subreddits?subreddit=politics",
    "churn": "churn",
    "drift": "drift?subreddit=politics",
    "release": "release",
    "ledger": "ledger",
    "executions": "executions",
    "execution": "execution?execution=20",
    "runs": "runs?runs=20,18,14",
    "data": "data",
    "try": "try_it",
    "feedback": "feedback",
    "demo": "",
}
ASKED = {"try": "Five suggestions", "demo": "Which one is right?"}
"""Pages that are asked something first, and what they say then. The last one is public."""
THEMES = ("light", "dark")
SIZES = {"wide": (1280, 900), "phone": (390, 844)}
TALL = 6_000
"""More than any page is high, so that one picture shows all of it."""


def main() -> None:
    """Parse the arguments and render."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", choices=[*PAGES, []], help="default: all")
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--home", type=Path, help="a workspace to show instead of a fresh demo")
    chosen = parser.parse_args()
    chosen.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = chosen.home or Path(folder)
        if chosen.home is None:
            build_demo(open_store(home))
        with dashboard(home) as address, dashboard(home, "demo-page") as public:
            with chromium() as browser:
                for name, theme, size in product(chosen.pages or PAGES, THEMES, SIZES):
                    site = public if name == "demo" else address
                    render(browser, site, name, theme=theme, size=size, to=chosen.to)


def render(browser: Browser, address: str, name: str, *, theme: str, size: str, to: Path) -> None:
    """One page in one theme and size, the whole of its height."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{address}/{PAGES[name]}")
    settle(page)
    ask(page, name)
    page.set_viewport_size({"width": width, "height": TALL})
    settle(page)
    content = page.locator("[data-testid='stMainBlockContainer']").bounding_box()
    full = int(max(height, (content or {"height": 0})["height"] + 20))
    page.set_viewport_size({"width": width, "height": full})
    settle(page)
    page.wait_for_timeout(400)  # plotly draws after the page is idle
    page.screenshot(path=to / f"{name}-{theme}-{size}.png")
    context.close()


def ask(page: Page, name: str) -> None:
    """Have a page that answers a post answer one; nothing on other pages."""
    if name in ASKED:
        page.get_by_label("Title").fill("My first sourdough after three failed starters")
        page.get_by_role("button", name="Suggest subreddits").click()
        settle(page)
        page.get_by_text(ASKED[name]).wait_for()


if __name__ == "__main__":
    main()
