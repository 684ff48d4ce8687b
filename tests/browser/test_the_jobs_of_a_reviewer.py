"""What a reviewer comes for, on the demo and on real posts, in so few clicks and without looking
for anything: each answer is on the screen when it is given, and the next button there or further
down.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.evaluation.evaluate import evaluate
from core.release import aliases, candidates, openings, review
from core.release.events import PRODUCTION, STAGING
from core.settings import settings
from core.snapshots import find
from core.store import Store, open_store
from core.training.train import train
from tests.browser.cases import Case, copied
from tests.browser.served import settle
from tests.browser.walking import (
    DETAIL,
    HELD_MS,
    Name,
    button,
    column,
    go,
    in_view,
    plain,
    reading,
    says,
    scrolled,
    uncut,
    visit,
    write,
)
from tests.factories import QUICK, by

pytestmark = [pytest.mark.slow, pytest.mark.browser]
WIDE = {"width": 1440, "height": 900}


class Reader:
    """One who never goes back up the page, and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def press(self, name: Name) -> None:
        self._press(button(self.page, name))

    def follow(self, name: str) -> None:
        """A link of the sidebar."""
        go(self.page, name)
        self.clicks += 1

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


@pytest.fixture(params=["demo", pytest.param("real", marks=pytest.mark.real_posts)])
def case(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Case:
    found = copied(request.param, tmp_path_factory, tmp_path / request.param)
    monkeypatch.setenv("SIGNOFF_HOME", str(found.home))
    settings.cache_clear()
    return found


@pytest.fixture
def home(case: Case) -> Path:
    """The workspace that the dashboard serves."""
    return case.home


@pytest.fixture
def reader(page: Page, address: str) -> Reader:
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    visit(page, address)
    return Reader(page)


def test_what_waits_how_it_compares_and_three_posts_behind_its_largest_loss(
    reader: Reader, case: Case, address: str
) -> None:
    page = reader.page
    says(page, f"Yes: 1 candidate waits, #{case.waiting}.")
    in_view(button(page, f"Review #{case.waiting}"))
    assert reader.clicks == 0

    reader.follow("Compare")
    expect(page.get_by_role("heading", name="Is the candidate really better?")).to_be_in_viewport()
    assert pair(page) == (case.production, case.waiting, "proposed")
    assert reader.clicks == 1

    reader.follow("Subreddits")
    if case.losses:
        visit(page, f"{address}/subreddits{case.losses}")
    body, table = page.locator(DETAIL), page.locator(".stDataFrame").first
    expect(table).to_be_visible()  # they are compared first
    settle(page)
    table.click(position={"x": 120, "y": 53})
    settle(page)
    expect(body).to_contain_text("▼ worse")
    expect(body).to_contain_text(re.compile("Change of F1 −"))
    uncut(page.locator(f"{DETAIL} .stDataFrame"))
    lost = body.locator("h2").inner_text()
    button(page, re.compile("^Read the posts")).click(delay=HELD_MS)
    settle(page)
    reader.clicks += 2
    theirs = body.get_by_test_id("stCaptionContainer").filter(has_text="▼ broken").first
    assert (plain(theirs.inner_text()).split()[0] != lost) == case.by_precision
    titles = set()
    for _ in range(3):
        title = page.locator(f"{DETAIL} h2")
        expect(body).to_contain_text("candidate")
        in_view(title)
        uncut(page.locator(f"{DETAIL} .stDataFrame"))
        titles.add(title.inner_text())
        page.keyboard.press("j")
        settle(page)
    assert len(titles) == 3
    assert (reader.clicks, scrolled(page)) == (4, 0)


def test_from_what_waits_to_production_and_back(reader: Reader, case: Case) -> None:
    page, store, waiting = reader.page, open_store(case.home), case.waiting
    before = aliases.current(store)[PRODUCTION]

    says(page, f"Yes: 1 candidate waits, #{waiting}.", "On validation: ")
    reader.press(f"Review #{waiting}")

    write(page, "Why now?", "Validation looks good.")
    reader.press(f"Open the sealed test for #{waiting}")
    reader.sees(f"#{waiting} has been tested on the sealed test of {case.snapshot}.")

    write(page, "Comment", "Knows the election.")
    if case.fails:
        write(page, "Why it may be released anyway", "We ask for too much.")
    reader.press(re.compile(f"^Approve #{waiting}"))
    reader.sees(f"#{waiting} is approved.")
    version = candidates.get(store, waiting).version

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

    reader.follow("Overview")
    expect(page.get_by_role("heading", name="History of production")).to_be_in_viewport()
    in_view(page.get_by_role("cell", name="r/politics complains."))
    assert column(page, "Why")[:2] == ["r/politics complains.", "It knows the election."]
    assert column(page, "Who")[:2] == ["ada", "ada"]
    assert column(page, "From → to")[0] == f"↩ {version} → {before}"
    assert reader.clicks == 9
    store.engine.dispose()


@pytest.mark.parametrize("case", ["demo"], indirect=True)  # which posts there are plays no part
def test_compare_shows_the_pair_of_each_state_of_a_candidate(
    page: Page, address: str, case: Case
) -> None:
    """Proposed, tested, approved, in staging, a canary, released and rolled back; then none is in
    hand, one is trained, proposed, and rejected.
    """
    store, production, waiting = open_store(case.home), case.production, case.waiting

    def shown() -> tuple[int, int, str]:
        visit(page, f"{address}/compare")
        return pair(page)

    assert shown() == (production, waiting, "proposed")
    with by("grace"):
        openings.open_test(store, waiting, reason="Time to know.")
        assert shown() == (production, waiting, "tested")
        override = "We ask for too much." if case.fails else ""
        review.approve(store, waiting, comment="Knows the election.", override=override)
    version = candidates.get(store, waiting).version
    assert version is not None
    assert shown() == (production, waiting, f"approved {version}")
    aliases.move(store, STAGING, version, expected=aliases.current(store)[STAGING])
    assert shown() == (production, waiting, f"in staging {version}")
    aliases.set_canary(store, version, share=0.1)
    assert shown() == (production, waiting, f"canary {version}")
    aliases.move(store, PRODUCTION, version, expected=aliases.current(store)[PRODUCTION])
    aliases.set_canary(store, version, share=0)
    assert shown() == (production, waiting, f"in production {version}")
    aliases.rollback(store, PRODUCTION)
    none_in_hand = (production, waiting, f"was in production {version}")
    assert shown() == none_in_hand

    number = trained(store, case.snapshot)
    assert shown() == none_in_hand
    with by("carol"):
        review.propose(store, number)
    assert shown() == (production, number, "proposed")
    with by("grace"):
        review.reject(store, number, comment="No.")
    assert shown() == none_in_hand
    store.engine.dispose()


def trained(store: Store, snapshot: str) -> int:
    """Another training, evaluated."""
    frozen = find(store, snapshot)
    made = train(store, frozen, model="fasttext", params=QUICK, seed=7, threads=1)
    evaluate(store, made, frozen)
    return made.execution


def pair(page: Page) -> tuple[int, int, str]:
    """What a page of a comparison shows: baseline, candidate, and the state that the candidate is
    said to have.
    """
    said = []
    for side in ("baseline", "candidate"):
        box = page.locator(f".st-key-{side}-choice").get_by_role("combobox")
        expect(box).to_have_value(re.compile("^#"))
        said.append(box.input_value().removeprefix("#").split(" · "))
    (baseline, *_), (candidate, _, *state) = said
    return int(baseline), int(candidate), plain(next(iter(state), ""))


def test_a_missing_reason_is_marked_where_it_is_missing(reader: Reader, case: Case) -> None:
    page = reader.page
    reader.press(f"Review #{case.waiting}")
    reader.press(f"Open the sealed test for #{case.waiting}")
    wrong = page.get_by_text(re.compile("▲ Give a reason for opening"))
    expect(wrong).to_be_in_viewport()
    field, mark = page.get_by_label("Why now?").bounding_box(), wrong.bounding_box()
    assert field is not None
    assert mark is not None
    assert 0 < mark["y"] - field["y"] < 80
