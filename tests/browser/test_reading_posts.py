"""Reading posts in a real browser: how many clicks and scrolls it takes, and what is in view."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.feedback import queue
from core.store import open_store
from tests.browser import served
from tests.browser.served import settle
from tests.browser.walking import DETAIL, HELD_MS, button, in_view, scrolled, tick, visit
from tests.demo_workspace import REJECTED, WAITING

pytestmark = [pytest.mark.slow, pytest.mark.browser]

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LOSSES = f"baseline={REJECTED}&candidate={WAITING}"
"""Two of the demo's trainings on the same posts, of which the second loses a subreddit."""


@dataclass
class Hand:
    """What somebody did on a page: clicks, keys, and scrolls, which nobody should need."""

    page: Page
    clicks: int = 0
    keys: int = 0

    def click(self, what: Locator) -> None:
        in_view(what)
        what.click(delay=HELD_MS)
        self.clicks += 1
        settle(self.page)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1
        settle(self.page)

    @property
    def scrolled(self) -> float:
        """How far the page and what was chosen are from their tops."""
        return scrolled(self.page)


@pytest.fixture
def wide(browser: Browser) -> Page:
    context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
    return context.new_page()


def post_shown(page: Page) -> str:
    """The title of the post that is read, which is in view with what both models say."""
    title = page.locator(f"{DETAIL} h2")
    expect(page.locator(DETAIL)).to_contain_text("candidate")
    in_view(title)
    return title.inner_text()


def test_three_posts_behind_the_largest_loss_take_two_clicks_and_no_scroll(
    wide: Page, looking: str
) -> None:
    visit(wide, f"{looking}/subreddits?{LOSSES}")
    hand, body = Hand(wide), wide.locator(DETAIL)
    table = wide.locator(".stDataFrameGlideDataEditor").first
    expect(table).to_be_visible()  # they are compared first
    settle(wide)
    in_view(table)
    table.click(position={"x": 120, "y": 53})  # its name; the tick box does the same
    hand.clicks += 1
    settle(wide)
    expect(body).to_contain_text("worse")
    in_view(table)
    hand.click(button(wide, re.compile("^Read the posts")))
    titles = [post_shown(wide)]
    for _ in range(2):
        hand.press("j")
        titles.append(post_shown(wide))
    assert len(set(titles)) == 3
    assert (hand.clicks, hand.keys, hand.scrolled) == (2, 2, 0)
    hand.press("k")
    assert post_shown(wide) == titles[1]
    hand.press("Escape")
    expect(body).to_contain_text("worse")


def test_a_post_begins_at_its_top_wherever_the_one_before_was_scrolled_to(
    wide: Page, looking: str
) -> None:
    visit(wide, f"{looking}/churn")
    hand, body = Hand(wide), wide.locator(DETAIL)
    hand.press("j")
    first = post_shown(wide)
    body.evaluate("e => e.scrollTo(0, e.scrollHeight)")
    assert hand.scrolled > 0
    hand.press("j")
    assert post_shown(wide) != first
    assert hand.scrolled == 0


def test_a_link_shows_the_same_post_in_the_same_list(
    browser: Browser, wide: Page, looking: str
) -> None:
    visit(wide, f"{looking}/churn?change=fixed&post_order=-Candidate+predicts")
    hand = Hand(wide)
    hand.press("j")
    hand.press("j")
    context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
    other = context.new_page()
    visit(other, wide.url)
    assert post_shown(other) == post_shown(wide)
    expect(other.locator(".st-key-detail-head")).to_contain_text(re.compile(r"^.*2 of ", re.DOTALL))
    context.close()


def test_keys_that_are_typed_into_a_field_walk_nowhere(wide: Page, looking: str) -> None:
    visit(wide, f"{looking}/subreddits")
    wide.get_by_label("Search", exact=True).press_sequentially("jk")
    settle(wide)
    assert "subreddit=" not in wide.url


def test_on_a_phone_what_is_chosen_lies_over_the_list_and_can_be_closed(
    browser: Browser, looking: str
) -> None:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    visit(page, f"{looking}/churn")
    page.locator(".stDataFrameGlideDataEditor").first.scroll_into_view_if_needed()
    tick(page, 0)
    post_shown(page)
    for name in ("Next", "Close"):
        in_view(button(page, name))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    Hand(page).click(button(page, "Close"))
    expect(page.locator(".st-key-detail")).to_have_count(0)
    context.close()


def test_on_a_phone_the_way_to_the_posts_of_a_subreddit_is_in_view(
    browser: Browser, looking: str
) -> None:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    visit(page, f"{looking}/subreddits?{LOSSES}&subreddit=politics")
    Hand(page).click(button(page, re.compile("^Read the posts")))
    post_shown(page)
    context.close()


def test_texts_are_labelled_by_keys_alone(browser: Browser, home: Path) -> None:
    store = open_store(home)
    before = queue.count_waiting(store)
    first, second, third = queue.waiting(store, limit=3)
    with served.dashboard(store.home) as address:
        context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
        page = context.new_page()
        visit(page, f"{address}/feedback")
        expect(button(page, re.compile("^Skip"))).to_be_enabled()
        hand = Hand(page)
        for key in ("2", "s", "a"):
            hand.press(key)
        left = [one.public for one in queue.waiting(store, limit=2)]
        assert first.public not in left
        assert left[0] == second.public
        assert third.public not in left
        hand.press("z")
        assert queue.waiting(store, limit=2)[1].public == third.public
        hand.press("l")
        page.get_by_label("Subreddit", exact=True).fill("r/ireland")
        page.keyboard.press("Enter")
        settle(page)
        assert third.public not in [one.public for one in queue.waiting(store, limit=2)]
        assert queue.count_waiting(store) == before - 2
        context.close()
