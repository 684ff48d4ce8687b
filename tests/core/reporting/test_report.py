"""A report says what a comparison found, and nothing that others named or wrote breaks out."""

from dataclasses import replace

import pandas as pd
import pytest

from core.comparison.compare import evaluation_of, pair
from core.comparison.differences import Fact
from core.comparison.results import Kind
from core.comparison.what_differs import Patch
from core.errors import RefusedError
from core.release import review
from core.reporting.rendering import COMMENT, PAGE, fitting, html, markdown
from core.reporting.report import Report, read
from core.reporting.report_words import document
from tests.conftest import Road
from tests.core.reporting.test_rendering import HOSTILE, MARKDOWN, Read, kinds, leaves
from tests.factories import by, set_policy

HOSTILE_TITLES = (*HOSTILE, "</td></details><script>", "@everyone see #12", "`````", "\x1b[2J\x07")


@pytest.fixture
def report(road: Road) -> Report:
    return read(road.store, pair(road.store, 3, 5))


def said(report: Report) -> str:
    return markdown(document(report)).replace("\u2060", "")


def with_subreddits(report: Report, number: int) -> Report:
    """The report as it would be of so many subreddits, all with long names."""
    row = report.changes.dropna(subset=["difference"]).iloc[:1]
    many = pd.concat([row] * number, ignore_index=True)
    names = [f"a_long_name_of_{n:06}" for n in range(number)]
    return replace(report, changes=many.assign(subreddit=names))


def everywhere(report: Report, text: str) -> Report:
    """The report with ``text`` for whatever others name or write."""
    assert report.examples is not None
    shown = report.examples
    return replace(
        report,
        names=(text, text),
        caveats=(text,),
        facts=(Fact("Data", text, text, text),),
        patches=(Patch(name=text, text=f"{text}x"),),
        production=(text,),
        changes=report.changes.assign(subreddit=text),
        examples=shown.assign(title=text, subreddit=text, baseline=[(text,)] * len(shown)),
    )


def test_it_says_what_the_comparison_found(report: Report) -> None:
    text = said(report)
    assert report.sentence in text.replace("\\", "")
    for title in (
        "Who decides",
        "What differs",
        "Metrics",
        "Subreddits",
        "Posts",
        "Slices",
        "Drift of production",
    ):
        assert f"\n## {title}\n" in text
    assert {fact.what for fact in report.facts} == {"seed"}
    assert "| seed | parameters | 1 | 2 |" in text
    macro = report.summary.metrics["f1_macro"]
    assert f"| f1\\_macro | {macro.baseline:.3f} | {macro.candidate:.3f} |" in text
    assert "The noise of retraining was not measured" in text
    assert "No sealed test was read." in text


def test_each_kind_of_change_has_examples(report: Report) -> None:
    churn, shown = report.summary.churn, report.examples
    assert churn is not None
    assert shown is not None
    found = shown["change"].value_counts()
    for kind in ("broken", "fixed", "swapped"):
        assert found.get(kind, 0) == min(getattr(churn, kind), 5)
    for _, posts in shown.groupby("change"):
        assert posts["candidate_p"].is_monotonic_decreasing


def test_it_says_who_may_decide_next(road: Road, report: Report) -> None:
    assert "signoff release propose 5" in report.next
    set_policy(road.store)
    with by("ada"):
        review.propose(road.store, 5)
    after = read(road.store, pair(road.store, 3, 5)).next
    assert after.startswith("Next, by a reviewer: approve or reject it.")


def test_a_sealed_test_is_refused(road: Road) -> None:
    sealed = replace(
        pair(road.store, 3, 5), candidate=replace(evaluation_of(road.store, 5), split="test")
    )
    with pytest.raises(RefusedError):
        read(road.store, sealed)


def test_nothing_that_others_wrote_breaks_out(report: Report) -> None:
    harmless = document(everywhere(report, "x"))
    page, parts = Read(html(harmless)).tags, kinds(markdown(harmless))
    for text in HOSTILE_TITLES:
        odd = document(everywhere(report, text))
        written = markdown(odd)
        assert Read(html(odd)).tags == page
        assert kinds(written) == parts
        assert "\x1b" not in written
        words = [each.content for each in leaves(MARKDOWN.parse(written)) if each.type == "text"]
        assert not any("@everyone" in each or "#12" in each for each in words)


@pytest.mark.parametrize("number", [700, 6_000])
def test_markdown_fits_a_comment_and_says_what_is_missing(report: Report, number: int) -> None:
    written = fitting(document(with_subreddits(report, number)), markdown, most=COMMENT)
    assert len(written) <= COMMENT
    rows = written.count("| r/a\\_long\\_name") - 20  # the movers
    assert rows >= 100
    assert f"{number - rows:,} more rows." in written
    assert "signoff compare 4 6 --table changes.csv" in written


def test_a_page_has_every_subreddit_and_stays_small(report: Report) -> None:
    page = fitting(document(with_subreddits(report, 2_500)), html, most=PAGE)
    assert page.count("a_long_name_of_") == 2_520
    assert len(page.encode()) < 2_000_000


def test_code_is_folded_and_keeps_its_lines(report: Report) -> None:
    patch = Patch(name="Uncommitted changes of #5", text="-a\n+```b\n+<script>")
    changed = document(replace(report, patches=(patch,)))
    text = markdown(changed)
    assert "````diff\n-a\n+```b\n+<script>\n````\n\n</details>" in text
    assert "-a\n+```b\n+&lt;script&gt;\n</pre>" in html(changed)


def test_a_histogram_is_a_table_and_a_picture(report: Report) -> None:
    page = html(document(report))
    known = report.changes.dropna(subset=["difference"])
    assert f"Changes in F1 of {len(known)} shared subreddits</caption>" in page
    assert "│" in said(report)
    assert {"script", "img", "link"}.isdisjoint(tag for tag, _ in Read(page).tags)


def test_on_different_posts_nothing_is_called_better(report: Report) -> None:
    moved = report.changes.assign(verdict="better")
    text = said(replace(report, changes=moved))
    assert "│▲▲▲▲ 4" in text
    assert "▲ better" in text
    unpaired = replace(report.summary, kind=Kind.UNPAIRED, churn=None)
    text = said(replace(report, changes=moved, summary=unpaired, slices=None, examples=None))
    assert "▲ higher" in text
    assert "| better |" not in text
    assert "| higher |" in text
    assert "Slices are compared where both were evaluated on the same posts." in text
