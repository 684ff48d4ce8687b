"""The demo page in a real browser, on a registration and on a telephone."""

import base64
import http.client
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from core.feedback import queue, submissions
from core.store import open_store
from tests.browser import served
from tests.browser.served import settle
from tests.browser.walking import button, press, says, visit, write

pytestmark = [pytest.mark.slow, pytest.mark.browser]
QUESTION = "Where should this post go?"
TITLE = "Irish software developers: what is your stack?"
SIZES = {"registration": (1280, 900), "telephone": (390, 844)}
THUMB = 44
"""Pixels that what is pressed is high, at least."""


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """The demo page of that workspace."""
    with served.dashboard(home, "demo-page") as found:
        yield found


@pytest.fixture(params=["telephone"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    yield context.new_page()
    context.close()


def fits(page: Page) -> None:
    """Nothing is cut or stands beside the screen, and thumbs hit what they aim at."""
    settle(page)
    width = (page.viewport_size or {"width": 0})["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollWidth") <= width
    for found in page.get_by_role("button").or_(page.locator("input, textarea, label")).all():
        box = found.bounding_box()
        if box is None or not found.is_visible() or box["width"] < 2:
            continue
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        if found.evaluate("e => e.tagName == 'BUTTON' || e.type == 'text'"):
            assert box["height"] >= THUMB


@pytest.mark.parametrize("page", SIZES, indirect=True)
def test_a_visitor_corrects_a_suggestion_and_has_second_thoughts(
    page: Page, address: str, home: Path
) -> None:
    store = open_store(home)
    before = submissions.counts(store)
    visit(page, address)
    says(page, "kept for 90 days", "No account, no tracking.")
    fits(page)
    write(page, "Title", TITLE)
    press(page, "Suggest subreddits")
    expect(page.get_by_role("progressbar")).to_have_count(5)
    says(page, TITLE, "Which one is right?", "answered.")
    fits(page)
    page.get_by_label("None of these?").fill("r/DevelEire")
    press(page, "None of these")
    says(page, "Thank you: r/DevelEire it is.")
    fits(page)
    now = submissions.counts(store)
    assert (now.submissions, now.answered) == (before.submissions + 1, before.answered + 1)
    (corrected,) = [one for one in queue.waiting(store, limit=10_000) if one.title == TITLE]
    assert corrected.said == "DevelEire"
    press(page, "Change my answer")
    button(page, "This one").nth(2).click()
    says(page, "Thank you:")
    expect(page.get_by_role("button", name="Change my answer")).to_have_count(0)
    press(page, "Try another post")
    expect(page.get_by_label("Title", exact=True)).to_have_value("")


def test_a_reviewer_finds_a_correction_at_once(
    page: Page, browser: Browser, address: str, home: Path
) -> None:
    before = queue.count_waiting(open_store(home))
    with served.dashboard(home) as dashboard:
        context = browser.new_context()
        reviewer = context.new_page()
        visit(reviewer, f"{dashboard}/feedback")
        says(reviewer, f"{before} texts without a label, whose users did not choose")
        visit(page, address)
        write(page, "Title", TITLE)
        press(page, "Suggest subreddits")
        press(page, "None of these")
        says(page, "Thank you: none of these.")
        visit(reviewer, f"{dashboard}/feedback")
        says(reviewer, f"{before + 1} texts without a label, whose users did not choose")
        context.close()


def test_no_address_leads_to_the_reviewers_pages(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    for path in ("", "release", "ledger", "executions", "feedback", "try_it", "app", "app.py"):
        visit(page, f"{address}/{path}?candidate=20&version=20261122.1")
        expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
        expect(page.get_by_test_id("stSidebar")).to_have_count(0)
        expect(page.get_by_test_id("stMainMenu")).to_have_count(0)
        expect(page.locator("a[href]:not([href^='#'])")).to_have_count(0)
    context.close()


def test_no_file_of_the_dashboard_is_given_out(address: str) -> None:
    for path in ("views/release.py", "data.py", "static/style.html", "../app.py"):
        assert "import" not in re.sub(r"<script.*?</script>", "", asked(address, path)[1])


def test_only_the_page_itself_opens_a_connection(address: str) -> None:
    """Neither a page elsewhere, nor one whose name was made to resolve to this machine."""
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
        "Sec-WebSocket-Protocol": "streamlit",
    }
    for headers, status in (
        ({"Origin": address}, 101),
        ({"Origin": "https://e.example"}, 403),
        ({"Host": "e.example", "Origin": "http://e.example"}, 403),
    ):
        assert asked(address, "_stcore/stream", **upgrade, **headers)[0] == status


def asked(address: str, path: str, **headers: str) -> tuple[int, str]:
    """Status and text of an answer."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request("GET", f"/{path}", headers=headers)
    answer = connection.getresponse()
    said = "" if answer.status == http.HTTPStatus.SWITCHING_PROTOCOLS else answer.read().decode()
    connection.close()
    return answer.status, said


def test_what_is_pasted_too_long_stays_and_is_explained(page: Page, address: str) -> None:
    visit(page, address)
    long = "a" * (submissions.MAX_TITLE + 12)
    write(page, "Title", long)
    press(page, "Suggest subreddits")
    says(page, "The text is too long. A title has up to 300 characters")
    expect(page.get_by_label("Title", exact=True)).to_have_value(long)
    fits(page)


def test_hostile_titles_and_names_are_shown_as_text(page: Page, address: str) -> None:
    hostile = (
        "<img src=x onerror=alert(1)> **b** :material/home: :dog: $x^2$ [l](https://e.example)"
    )
    loaded: list[str] = []
    page.on("dialog", lambda dialog: (loaded.append(dialog.message), dialog.dismiss()))
    page.on(
        "request",
        lambda request: loaded.append(request.url) if "e.example" in request.url else None,
    )
    visit(page, address)
    write(page, "Title", hostile)
    press(page, "Suggest subreddits")
    says(page, "Which one is right?")
    shown = page.get_by_text("onerror=alert(1)")
    assert shown.inner_text().replace("\u2060", "") == f"“{hostile}”"
    for made in ("img", "strong", "a", ".katex", "[data-testid='stIconMaterial']"):
        expect(shown.locator(made)).to_have_count(0)
    page.get_by_label("None of these?").fill(hostile)
    press(page, "None of these")
    says(page, "is not the name of a subreddit")
    assert page.get_by_test_id("stAlert").inner_text().replace("\u2060", "").count("<img") == 1
    fits(page)
    assert loaded == []
