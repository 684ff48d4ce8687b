"""What do we have, and is it sound?"""

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from core.hints import Command
from core.quality import Holdings
from core.quality.check import Check
from core.quality.findings import Finding, findings
from core.quality.summary import QualitySummary
from dashboard import components as c
from dashboard import data, state, words
from dashboard.charts import coverage as charts
from dashboard.parts import acts
from dashboard.parts.arrivals import show_arrivals
from dashboard.parts.coverage import show_table
from dashboard.parts.quality import (
    day,
    days_between,
    offer_check,
    show_findings,
    show_gaps,
    show_texts,
)

ALL = "all"
"""No subreddit: Reddit keeps the name for all of them together."""


def answer(summary: QualitySummary, all_findings: Sequence[Finding]) -> str:
    """The page in one sentence: how much of when, and the worst of it."""
    newest = datetime.fromtimestamp(summary.last_utc, UTC)
    held = (
        f"**{words.count(summary.posts, 'post')}** of"
        f" **{words.count(summary.subreddits, 'subreddit')}**, {day(summary.first_utc)} to"
        f" {day(summary.last_utc)}; the newest is **{words.age(newest)}** old."
    )
    worst = next((each for each in all_findings if each.problem), None)
    if worst is None:
        return f"{held} :green[**✓ No problems**] found."
    return f"{held} :orange[**✗ Worst:**] {words.plain(worst.text)}."


def show_freshness(check: Check, holdings: Holdings) -> None:
    """Which check the figures are of; where posts came since, the way to a new one."""
    number, at = check.execution.number, check.execution.started_at
    if check.current:
        c.reading(f"Counted by \\#{number}, {words.age(at)} ago. Nothing has changed since.")
        return
    st.warning(
        f"Posts came, changed or went since \\#{number} counted them {words.age(at)} ago: there are"
        f" {holdings.posts:,} now.",
        icon=":material/update:",
    )
    offer_check(holdings)


def show_figures(summary: QualitySummary, subreddits: pd.DataFrame) -> None:
    """How much, how new, how repetitive, how complete."""
    span = days_between(summary.first_utc, summary.last_utc)
    newest = datetime.fromtimestamp(summary.last_utc, UTC)
    figures = (
        ("Posts", f"{summary.posts:,}", f"{summary.posts / span:,.1f} a day"),
        (
            "Subreddits",
            f"{summary.subreddits:,}",
            f"median {subreddits['posts'].median():,.0f} posts",
        ),
        ("Newest post", words.age(newest), f"old, {words.day(newest)}"),
        (
            "Repeated texts",
            words.share(summary.same_text / summary.posts),
            f"{summary.elsewhere:,} across subreddits",
        ),
        ("Gaps", f"{summary.gaps:,}", f"{summary.expected_in_gaps:,} posts missing"),
    )
    c.figures(figures)


def show_over_time(check: Check, names: Sequence[str], gaps: pd.DataFrame) -> None:
    """Posts by day of all subreddits, or of the one in the address."""
    options = {ALL: "All subreddits", **{name: f"r/{name}" for name in names}}
    chosen = state.chosen("Posts of", "subreddit", options, default=ALL, width=330)
    one = None if chosen in (None, ALL) else chosen
    shown = gaps[gaps["subreddit"] == one] if one else gaps.head(0)
    c.chart(
        charts.over_time(data.posts_by_day(check, one), shown, c.colours()),
        key="over-time",
        alt="Posts over time",
    )


top = c.question("What do we have, and is it sound?")
check, holdings = data.checked()
if check is None:
    with top:
        c.answer(
            f"{words.count(holdings.posts, 'post')}, not checked yet."
            if holdings.posts
            else "No posts yet."
        )
    if holdings.posts:
        c.empty("Run the check once; every figure on this page comes from it:")
        offer_check(holdings)
    else:
        c.empty("Import posts first:", Command("import", "FOLDER"))
    st.stop()
summary = data.quality_summary(check.digest("summary"))
subreddits, gaps = (data.frame_artifact(check.digest(name)) for name in ("subreddits", "gaps"))
all_findings = findings(summary, subreddits)
with top:
    c.answer(answer(summary, all_findings), generated=summary.generated > 0)
    acts.last_done()
    show_freshness(check, holdings)
show_figures(summary, subreddits)
over_time = st.container()
show_findings(all_findings)
show_table(subreddits)
with over_time:  # after the table: a tick there chooses what is shown here
    show_over_time(check, sorted(subreddits["subreddit"], key=str.lower), gaps)
show_gaps(gaps)
show_texts(summary)
show_arrivals()
