"""Long work goes on whatever becomes of the page that asked for it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.executions import listing
from core.release import candidates
from core.store import open_store
from tests.browser import served
from tests.browser.walking import HELD_MS, button, says, unfold, visit, write
from tests.demo_workspace import WAITING
from tests.working import TESTING, stopped

pytestmark = [pytest.mark.slow, pytest.mark.browser]

OPEN = f"Open the sealed test for #{WAITING}"
SHOWN = ("Asked for by ada", "The opening is in the ledger and counts", "wait for the result")


def test_an_opening_outlives_reload_tab_and_server(browser: Browser, home: Path) -> None:
    store = open_store(home)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    with served.dashboard(home) as address:
        page = context.new_page()
        visit(page, f"{address}/release?candidate={WAITING}")
        write(page, "Why now?", "Before the decision.")
        button(page, OPEN).click(delay=HELD_MS)
        with stopped(store, TESTING):
            page.reload()
            says(page, *SHOWN)
            expect(page.get_by_role("button", name=OPEN)).to_have_count(0)
            second = context.new_page()
            visit(second, f"{address}/release?candidate={WAITING}")
            says(second, *SHOWN)
            page.close()
            second.close()
    with served.dashboard(home) as address:
        page = context.new_page()
        visit(page, f"{address}/release?candidate={WAITING}")
        says(page, f"#{WAITING} has already been tested", "Used 1 of 10, 9 left")
        unfold(page)
        expect(button(page, OPEN)).to_be_disabled()
    context.close()
    (run, *_) = listing(store, kinds=("test",))
    assert (run.status, run.by) == ("succeeded", "ada")
    assert run.command == f"release test {WAITING} --on until-october (on the page Release)"
    kinds = [event.kind for event in candidates.get(store, WAITING).events]
    assert kinds == ["proposed", "opened", "tested"]
