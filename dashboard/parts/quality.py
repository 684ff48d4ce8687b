"""What a check of the data found: problems and notes, missing days, lengths and languages."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from core.access.identity import Role
from core.hints import Command
from core.jobs import kinds
from core.jobs.kinds import CHECK
from core.quality import Holdings
from core.quality.findings import Finding
from core.quality.languages import Languages
from core.quality.summary import DAY, QualitySummary
from dashboard import components as c
from dashboard import pages, tables, words, work
from dashboard.charts import coverage as charts
from dashboard.parts import acts
from dashboard.parts.acts import Act
from dashboard.work import Piece

WIDTH = 360
"""Of what can be pressed here, and of how far it is."""
MOST_LANGUAGES = 6


def offer_check(holdings: Holdings) -> None:
    """The button that checks the data, and the command that does the same; while it is checked, how
    far that is.
    """
    piece = _piece(holdings)
    job = work.latest(piece)
    with st.container(width=WIDTH):
        if job is not None and job.under_way:
            work.show(piece, job)
            return
        if job is not None:
            work.show_end(piece, job)
    st.code(str(Command("data check")), language="bash")
    with st.container(width=WIDTH):
        acts.offer(
            [
                Act(
                    key="check",
                    label=f"Check {words.count(holdings.posts, 'post')} now",
                    icon=":material/fact_check:",
                    why_not=c.why_not(Role.REVIEWER, to="check the data"),
                    do=lambda: acts.perform(lambda: work.begin(piece), ""),
                    next_=True,
                )
            ]
        )


def _piece(holdings: Holdings) -> Piece:
    return Piece(
        kind=CHECK,
        inputs=kinds.check(holdings),
        page=pages.DATA,
        done="Data check finished.",
        not_done="The data has not been checked",
        cancel="Cancel the check",
        if_cancelled=lambda _job: "If you cancel now, nothing is kept of it.",
    )


def show_findings(findings: Sequence[Finding]) -> None:
    """Problems, then notes, each with its number and what to do about it."""
    c.section(
        "Is the data sound?", "Problems first, then notes, each with its count and what to do."
    )
    if not findings:
        st.markdown(":green[**✓ No problems found.**]")
        return
    rows = [
        (
            c.Rich(f":orange[**✗{words.NO_BREAK}problem**]" if each.problem else ":gray[note]"),
            c.Rich(f"{words.plain(each.text)} :gray[({_share(each)})]"),
            c.Rich(words.hint(each.hint)),
        )
        for each in findings
    ]
    c.table(("", "What", "What to do"), rows)


def _share(finding: Finding) -> str:
    """Of all posts; the 95% interval where a sample tells it (Markdown)."""
    if finding.interval is not None:
        low, high = map(words.share, finding.interval)
        return words.plain(f"95% interval {low} to {high}")
    return words.plain("< 0.1%" if 0 < finding.share < 0.0005 else words.share(finding.share))


def show_gaps(gaps: pd.DataFrame) -> None:
    """Days that are missing, most posts first."""
    c.section(
        "Gaps",
        "Days without posts that would be unlikely at the rate of the four weeks before and"
        " after. Chance: the probability of such a gap anywhere in this data.",
    )
    if gaps.empty:
        st.markdown(":green[**✓ No gaps found.**]")
        return
    first = pd.to_datetime(gaps["day"], unit="D")
    frame = pd.DataFrame(
        {
            "Subreddit": "r/" + gaps["subreddit"].astype(str),
            "From": first,
            "To": first + pd.to_timedelta(gaps["days"] - 1, unit="D"),
            "Days": gaps["days"],
            "Posts missing": gaps["expected"],
            "Chance": gaps["p_value"],
        }
    )
    tables.draw(
        frame,
        {
            "From": tables.day("The first day without a post"),
            "To": tables.day("The last one"),
            "Days": tables.count(),
            "Posts missing": tables.number("%,.0f", "At the lower of the rates before and after"),
            "Chance": tables.chance("The probability of such a gap anywhere in this data"),
        },
        alt="Gaps, most posts missing first",
    )


def show_texts(summary: QualitySummary) -> None:
    """How long posts are, and in which languages."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        spread = summary.words.quantiles
        c.section(
            "Lengths",
            f"Half of the posts have {spread['0.25']:,.0f} to {spread['0.75']:,.0f} words, one in"
            f" twenty more than {spread['0.95']:,.0f};"
            f" {words.share(summary.title_only / summary.posts)} have only a title.",
        )
        c.chart(
            charts.lengths(summary.words.edges, summary.words.counts, c.colours()),
            key="lengths",
            alt="Posts by their number of words",
        )
    with right:
        _show_languages(summary.languages)


def _show_languages(languages: Languages) -> None:
    c.section(
        "Languages",
        f"Of {words.count(languages.sample, 'random post')}; {languages.unclear:,} are too short"
        f" to classify; the shares are of the other {languages.clear:,}, with their 95%"
        " intervals.",
    )
    shown = languages.found[:MOST_LANGUAGES]
    rows = [
        (
            each.language,
            words.share(each.share),
            c.Rich(words.unbroken(" to ".join(map(words.share, each.interval)))),
        )
        for each in shown
    ]
    c.table(("Language", "Share", "95% interval"), rows)
    left = languages.found[MOST_LANGUAGES:]
    if left:
        posts = sum(each.posts for each in left)
        st.caption(f"{words.count(len(left), 'more language')}, {words.count(posts, 'post')}.")


def day(utc: int) -> str:
    """Of epoch seconds: ``2026-05-31``."""
    return words.day(datetime.fromtimestamp(utc, UTC))


def days_between(first_utc: int, last_utc: int) -> int:
    """Days of a span, both ends included."""
    return last_utc // DAY - first_utc // DAY + 1
