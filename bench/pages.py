"""Every page on 2,500 subreddits and 500 executions, in headless Chromium, until it is idle.

A page is opened by its address: once cold, the first time that this server shows it, then several
times warm; then by a click on its link in the menu. It is idle when the browser is connected, the
script has run, every figure and table is drawn and nothing changes for a moment; that moment does
not count. Budget: 2 s warm.

The demo page is opened as a visitor opens it, and asked: from pressing its button until the
suggestions are there.
"""

import math
import os
import statistics
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as TooLate
from streamlit.testing.v1 import AppTest

from bench import report
from bench.measure import fresh, note, timed
from bench.workspace import TEXTS, large_workspace
from core.evaluation.history import trainings
from core.snapshots import find
from core.snapshots.read import load_split
from core.store import open_store
from dashboard.pages import OVERVIEW, PAGES
from tests.browser.served import ROOT, chromium, dashboard
from tests.dashboard.asking import asked_from_this_machine

BUDGET = 2.0
SECONDS = 60
"""How long a page may take before it counts as stuck."""
DEMO_PAGE = "demo_page"
TITLES = {page.url: page.title if page.in_menu else None for page in PAGES}
"""What the menu calls each page; None for one that is not in it."""
IDLE = """
async ([seconds, hold, before]) => {
  const limit = performance.now() + seconds * 1000;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const idle = () => {
    const app = document.querySelector("[data-testid='stApp']");
    return app && app.dataset.testConnectionState === "CONNECTED"
      && app.dataset.testScriptState === "notRunning"
      && (document.querySelector("h1")?.innerText ?? before) !== before
      && !document.querySelector("[data-testid='stSkeleton'], [data-stale='true']")
      && all("[data-testid='stPlotlyChart']").every((e) => e.querySelector(".main-svg"))
      && all("[data-testid='stDataFrame']").every((e) => e.querySelector("canvas"));
  };
  let since = null;
  while (performance.now() < limit) {
    const now = performance.now();
    since = idle() ? since ?? now : null;
    if (since !== null && now - since > hold) return since;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return null;
}
"""
"""Milliseconds since the browser's last navigation until the page was idle; null if it never was.
``before``: the question of the page that was left by a click, null for none.
"""
HOLD_MS = 300
WRONG = "[data-testid='stException'], [data-testid='stAlertContentError']"


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one page: in the browser, cold and warm; on the server alone, and by a click in
    the menu, if measured.
    """

    cold: float
    warm: tuple[float, ...]
    server: float | None = None
    clicked: tuple[float, ...] = ()


def main() -> None:
    """Parse the arguments, build the workspace, measure, report."""
    parser = report.parser(__doc__, repeats=7)
    parser.add_argument("--subreddits", type=int, default=2_500, help="default: %(default)s")
    parser.add_argument("--executions", type=int, default=500, help="default: %(default)s")
    parser.add_argument("--posts", type=int, default=200_000, help="default: %(default)s")
    parser.add_argument("--pages", nargs="+", metavar="PAGE", help="default: all")
    chosen = parser.parse_args()
    home = fresh(
        large_workspace,
        subreddits=chosen.subreddits,
        executions=chosen.executions,
        posts=chosen.posts,
    )
    queries = {
        view: query
        for view, query in fresh(pages, home).items()
        if not chosen.pages or view in chosen.pages
    }
    served = fresh(server_seconds, home, queries, repeats=chosen.repeats)
    found, failed = {}, []
    with dashboard(home) as address, tab() as page:
        for view, query in queries.items():
            try:
                url = _url(address, view, query)
                cold, *warm = (_open(page, url, view) for _ in range(1 + chosen.repeats))
                clicked = tuple(_click(page, address, view) for _ in range(chosen.repeats))
            except RuntimeError as error:
                note(str(error))
                failed.append(view)
                continue
            found[view] = Timing(cold, tuple(warm), served[view], clicked)
            note(f"{view}: {found[view]}")
    if not chosen.pages or DEMO_PAGE in chosen.pages:
        try:
            found |= demo_page(home, repeats=chosen.repeats)
        except RuntimeError as error:
            note(str(error))
            failed.append(DEMO_PAGE)
    worst = max((max(timing.warm) for timing in found.values()), default=0.0)
    failures = f" **Not shown: {', '.join(failed)}.**" if failed else ""
    section = report.Section(
        title="Pages",
        text=f"Each page with {chosen.subreddits:,} subreddits, {chosen.executions} executions,"
        f" evaluations of {chosen.posts:,} posts and {TEXTS:,} texts of users, opened by its"
        " address in headless Chromium until it is idle: once cold (for the first page including"
        f" the server's start), then {chosen.repeats} times warm. *Clicked*: from a click on its"
        " link in the menu of another page until it is idle, warm. *Server*: the script alone,"
        " warm. *Demo page, asked*: from pressing its button until the suggestions appear.",
        columns=(
            "page",
            "warm, median",
            "warm, worst",
            "cold",
            "clicked, median",
            "server, median",
        ),
        rows=[_row(view, timing) for view, timing in found.items()],
        verdict=report.verdict(worst, BUDGET, "s for the worst warm opening of any page")
        + failures,
    )
    report.publish(section, write=chosen.write)


def pages(home: Path) -> dict[str, dict[str, str]]:
    """Every page, the one without a path first, with the query that shows something on it."""
    store = open_store(home)
    newest = trainings(store)[0]
    split = load_split(store, find(store, newest.model.snapshot), "valid")
    largest = split.labels[statistics.mode(split.label.tolist())]
    queries = {
        "execution": {"execution": str(newest.number)},
        "runs": {"runs": ",".join(str(each.number) for each in trainings(store)[:3])},
        "subreddits": {"subreddit": largest},
    }
    return {page.url: queries.get(page.url, {}) for page in PAGES}


def server_seconds(
    home: Path, queries: Mapping[str, Mapping[str, str]], *, repeats: int
) -> dict[str, float]:
    """Seconds of each page's script without a browser: median after the first run."""
    os.environ["SIGNOFF_HOME"] = str(home)
    found = {}
    for view, query in queries.items():
        app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=SECONDS)
        with asked_from_this_machine():
            app.run()
            app.switch_page(f"views/{view}.py")
            for name, value in query.items():
                app.query_params[name] = value
            app.run()
            found[view] = statistics.median(timed(app.run) for _ in range(repeats))
    return found


def demo_page(home: Path, *, repeats: int) -> dict[str, Timing]:
    """The public's page, opened by a visitor after the other, and asked by each of them.

    Raises:
        RuntimeError: it is never idle, shows an error, or suggests nothing.
    """
    opened, asked = [], []
    with dashboard(home, "demo-page") as address, tab() as page:
        for _ in range(1 + repeats):
            opened.append(_open(page, address, DEMO_PAGE))
            asked.append(_ask(page))
    seconds = {DEMO_PAGE: opened, f"{DEMO_PAGE}, asked": asked}
    return {name: Timing(cold, tuple(warm)) for name, (cold, *warm) in seconds.items()}


@contextmanager
def tab() -> Iterator[Page]:
    """A tab as wide as a small notebook; what the browser keeps of the site, it keeps."""
    with chromium() as browser:
        yield _tab(browser)


def _tab(browser: Browser) -> Page:
    return browser.new_context(viewport={"width": 1280, "height": 900}).new_page()


def _url(address: str, view: str, query: Mapping[str, str]) -> str:
    path = "" if view == OVERVIEW.url else view
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"{address}/{path}?{asked}"


def _open(page: Page, url: str, name: str) -> float:
    """Seconds until the page is idle.

    Raises:
        RuntimeError: it never is, or it shows an error.
    """
    page.goto(url, wait_until="commit")
    return _idle(page, name)


def _click(page: Page, address: str, view: str) -> float:
    """Seconds from a click on a page's link in the menu of another page until it is idle; NaN for
    one that is not in the menu.

    Raises:
        RuntimeError: it never is, or it shows an error.
    """
    title, other = TITLES[view], "ledger" if view != "ledger" else "executions"
    if title is None:
        return math.nan
    _open(page, _url(address, other, {}), other)
    before = page.locator("h1").first.inner_text()
    clicked = page.evaluate("performance.now()") / 1000
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    return _idle(page, view, before=before) - clicked


def _ask(page: Page) -> float:
    """Seconds from pressing the demo page's button until it is idle again.

    Raises:
        RuntimeError: it never is, shows an error, or suggests nothing.
    """
    page.get_by_label("Title", exact=True).fill("word1 word2 word3")
    button = page.get_by_role("button", name="Suggest subreddits")
    pressed = page.evaluate("performance.now()") / 1000
    button.click()
    try:
        page.get_by_role("progressbar").first.wait_for(timeout=SECONDS * 1000)
    except TooLate as error:
        raise RuntimeError(f"{DEMO_PAGE} suggested nothing within {SECONDS} s") from error
    return _idle(page, DEMO_PAGE) - pressed


def _idle(page: Page, name: str, *, before: str | None = None) -> float:
    """Seconds from the navigation until the page is idle. Raises as :func:`_open` does.

    Args:
        before: the question of the page that was left by a click.
    """
    milliseconds = page.evaluate(IDLE, [SECONDS, HOLD_MS, before])
    if milliseconds is None:
        raise RuntimeError(f"{name} was not idle within {SECONDS} s")
    wrong = page.locator(WRONG)
    if wrong.count():
        raise RuntimeError(f"{name} shows an error: {wrong.first.inner_text()}")
    return float(milliseconds) / 1000


def _row(view: str, timing: Timing) -> list[str]:
    warm = (statistics.median(timing.warm), max(timing.warm), timing.cold)
    clicked = statistics.median(timing.clicked or [math.nan])
    others = (None if math.isnan(clicked) else clicked, timing.server)
    return [
        view.replace("_", " "),
        *(f"{value:.2f} s" for value in warm),
        *("–" if value is None else f"{value:.2f} s" for value in others),
    ]


if __name__ == "__main__":
    main()
