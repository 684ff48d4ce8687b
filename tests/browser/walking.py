"""What a person does in a browser: follows a link, presses a button, reads what the page says."""

import re

from playwright.sync_api import JSHandle, Locator, Page, expect

from tests.browser.served import settle

DETAIL = "[class*='st-key-detail-body']"
"""The box of what was chosen of a list."""
TICK_X, FIRST_ROW_Y, ROW_HEIGHT = 18, 53, 35
"""Where the tick boxes of a table are: it is drawn on a canvas."""
HELD_MS = 100
"""How long a hand holds a mouse button: a field that it has left may have the page drawn anew."""
DETAIL = "[class*='st-key-detail-body']"
"""What was chosen of a list."""
_JOINER = "\u2060?"
"""Pages put it where a word must not break, or must not become a link."""

Name = str | re.Pattern[str]


def visit(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)


def go(page: Page, name: str) -> None:
    """Follow a link of the sidebar."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    settle(page)


def press(page: Page, name: Name) -> None:
    """Press a button, and let the page answer."""
    button(page, name).click(delay=HELD_MS)
    settle(page)


def write(page: Page, label: str, text: str) -> None:
    """Fill a field; the page is told when the next button is pressed, as it is by people."""
    page.get_by_label(label, exact=True).fill(text)


def tick(page: Page, row: int) -> None:
    """Tick a row of the first table."""
    table = page.locator(".stDataFrameGlideDataEditor").first
    table.click(position={"x": TICK_X, "y": FIRST_ROW_Y + row * ROW_HEIGHT})
    settle(page)


def button(page: Page, name: Name) -> Locator:
    """A button of the page at rest: drawn anew, it may stand beside the one of before."""
    settle(page)
    return page.get_by_role("button", name=name, exact=True)


def says(page: Page, *sentences: str) -> None:
    """All of them stand on the page, outside the sidebar."""
    for sentence in sentences:
        expect(page.get_by_test_id("stMain")).to_contain_text(reading(sentence))


def cannot(page: Page, label: Name, *, because: str) -> None:
    """The button is there, cannot be pressed, and the page says why."""
    expect(button(page, label)).to_be_disabled()
    says(page, because)


def reading(text: str) -> re.Pattern[str]:
    """``text`` as a page writes it: with joiners, and blanks that do not break."""
    words = [re.escape(word) for word in text.split()]
    joined = r"\s+".join(words).replace("@", f"@{_JOINER}").replace(r"\-", f"{_JOINER}-{_JOINER}")
    return re.compile(joined)


def column(page: Page, heading: str) -> list[str]:
    """The cells of the column of that heading, in the first table that has it, as people read."""
    table = (
        page.get_by_role("table")
        .filter(has=page.get_by_role("columnheader", name=heading, exact=True))
        .first
    )
    place = table.get_by_role("columnheader").all_inner_texts().index(heading)
    rows = table.get_by_role("row").all()[1:]
    return [plain(row.get_by_role("cell").nth(place).inner_text()) for row in rows]


def plain(text: str) -> str:
    return " ".join(text.replace("\u2060", "").split())


def in_view(what: Locator) -> None:
    """It is wholly on the screen, and nothing lies over its middle."""
    expect(what).to_be_in_viewport(ratio=1)
    assert what.evaluate(
        """e => {
            const box = e.getBoundingClientRect()
            const at = document.elementFromPoint(
                box.x + Math.min(box.width / 2, 40), box.y + box.height / 2
            )
            return e.contains(at) || at.contains(e)
        }"""
    )


def uncut(tables: Locator) -> None:
    """Nothing stands to the right of what a table shows."""
    for table in tables.all():
        scroller = table.locator(".dvn-scroller")
        assert scroller.evaluate("e => e.scrollWidth - e.clientWidth") <= 0


def scrolled(page: Page) -> float:
    """How far the page and what was chosen are from their tops."""
    return float(
        page.evaluate(
            """() => Math.max(...[...document.querySelectorAll(
                "[data-testid='stMain'], [class*='st-key-detail-body']"
            )].map(each => each.scrollTop))"""
        )
    )


def stations(page: Page) -> Locator:
    """The row that says where a candidate stands."""
    return page.get_by_test_id("stMarkdown").filter(has_text="✓ proposed").first


def steps_shown(page: Page) -> JSHandle:
    """From now on, what stands at the progress bar, in order."""
    return page.evaluate_handle(
        """() => {
            const steps = []
            const look = () => document.querySelectorAll("[data-testid='stProgress']").forEach(
                bar => steps.includes(bar.innerText) || steps.push(bar.innerText)
            )
            new MutationObserver(look).observe(
                document.body, {childList: true, subtree: true, characterData: true}
            )
            return steps
        }"""
    )


def unfold(page: Page) -> None:
    """Open everything that is folded."""
    settle(page)
    folded = page.locator("[data-testid='stExpander'] details:not([open]) > summary")
    while folded.count():
        folded.first.click()
    settle(page)
