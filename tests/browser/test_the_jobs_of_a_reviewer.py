"""What a reviewer comes for, on the demo, in so few clicks and without looking for anything: each
answer is on the screen when it is given, and the next button there or further down.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.release import aliases, candidates
from core.release.events import PRODUCTION
from core.store import open_store
from tests.browser.served import settle
from tests.browser.walking import HELD_MS, Name, button, column, go, reading, says, visit, write
from tests.demo_workspace import WAITING

pytestmark = [pytest.mark.slow, pytest.mark.browser]


class Reader:
    """One who never goes back up the page, and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def press(self, name: Name) -> None:
        self._press(button(self.page, name))

    def confirm(self, name: Name, why: str) -> None:
        """Give the dialog a reason, and press its button."""
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Why?").fill(why)
        self._press(dialog.get_by_role("button", name=name, exact=True))

    def sees(self, text: str) -> None:
        """It stands in a message that is on the screen."""
        message = self.page.get_by_test_id("stAlert").filter(has_text=reading(text))
        expect(message).to_be_in_viewport()

    def _press(self, found: Locator) -> None:
        expect(found).to_be_visible()
        box = found.bounding_box()
        assert box is not None
        assert box["y"] > 0, "it stands above what is on the screen: the reader has to go back"
        found.click(delay=HELD_MS)
        self.clicks += 1
        settle(self.page)


@pytest.fixture
def reader(page: Page, address: str) -> Reader:
    visit(page, address)
    return Reader(page)


def test_from_what_waits_to_production_and_back(reader: Reader, home: Path) -> None:
    page, store = reader.page, open_store(home)
    before = aliases.current(store)[PRODUCTION]

    says(page, f"Yes: 1 candidate waits, #{WAITING}.", f"On validation: #{WAITING} is better")
    reader.press(f"Review #{WAITING}")

    write(page, "Why now?", "Validation looks good.")
    reader.press(f"Open the sealed test for #{WAITING}")
    reader.sees(f"#{WAITING} has been tested on the sealed test of until-october.")

    write(page, "Comment", "Knows the election.")
    reader.press(f"Approve #{WAITING}")
    reader.sees(f"#{WAITING} is approved.")
    version = candidates.get(store, WAITING).version

    reader.press(f"Release {version} to staging")
    reader.sees(f"staging is now {version}.")

    reader.press(f"Release {version} to production")
    reader.confirm(f"Release {version} to production", "It knows the election.")
    reader.sees(f"production is now {version}. It was {before}.")
    assert reader.clicks == 6

    reader.press(f"Roll production back to {before}")
    reader.confirm(f"Roll back to {before}", "r/politics complains.")
    reader.sees(f"production is back at {before}. It was {version}.")
    says(page, "Next: see where it is worse, then propose another training.")
    assert reader.clicks == 8

    go(page, "Overview")
    expect(page.get_by_role("heading", name="History of production")).to_be_in_viewport()
    assert column(page, "Why")[:2] == ["r/politics complains.", "It knows the election."]
    assert column(page, "Who")[:2] == ["ada", "ada"]
    assert column(page, "From → to")[0] == f"↩ {version} → {before}"
    store.engine.dispose()


def test_a_missing_reason_is_marked_where_it_is_missing(reader: Reader) -> None:
    page = reader.page
    reader.press(f"Review #{WAITING}")
    reader.press(f"Open the sealed test for #{WAITING}")
    wrong = page.get_by_text(re.compile("▲ Give a reason for opening"))
    expect(wrong).to_be_in_viewport()
    field, mark = page.get_by_label("Why now?").bounding_box(), wrong.bounding_box()
    assert field is not None
    assert mark is not None
    assert 0 < mark["y"] - field["y"] < 80
