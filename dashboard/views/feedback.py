"""What do users say?"""

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.feedback import acceptance, retention, summary
from core.feedback.acceptance import AcceptanceChange
from core.feedback.summary import VersionFeedback
from core.hints import Command
from core.release.aliases import current
from core.release.events import PRODUCTION
from core.snapshots import listing
from dashboard import components as c
from dashboard import data, pages, state, words
from dashboard.parts import acts
from dashboard.parts.demand import show_demand
from dashboard.parts.feedback import (
    accepted,
    compared,
    show_calibration,
    show_confidence,
    show_over_time,
    show_versions,
)
from dashboard.parts.labelling import show_queue


def choose(versions: Sequence[VersionFeedback], aliases: Mapping[str, str]) -> VersionFeedback:
    """The version in the address, else that in production, else the newest that was asked."""
    called: dict[str, list[str]] = {}
    for alias, version in aliases.items():
        called.setdefault(version, []).append(alias)
    options = {
        one.version: " · ".join([one.version, *called.get(one.version, [])]) for one in versions
    }
    served = aliases.get(PRODUCTION)
    default = served if served in options else versions[0].version
    chosen = state.chosen("Version", "version", options, default=default, width=330)
    return next(one for one in versions if one.version == chosen)


def answer(one: VersionFeedback, change: AcceptanceChange | None) -> str:
    """The page in a few sentences: how often it was right, whether that is more often than the
    version before, and how sure it is of what users send.
    """
    if one.answered:
        low, high = one.first.interval or (0.0, 1.0)
        said = (
            f"Of **{words.count(one.answered, 'answer')}** to **{one.version}**,"
            f" **{words.share(one.first.value or 0)}** ({words.share(low)} to"
            f" {words.share(high)}) say that the first suggestion is right."
        )
        if change is not None:
            said += f" {words.plain(change.sentence)}"
        if one.five.value is not None:
            said += (
                f" Of **{words.count(one.five.of, 'answer')}** to five suggestions,"
                f" **{words.share(one.five.value)}** say that one of them is."
            )
    else:
        said = f"Nobody has answered yet whether **{one.version}** was right."
    return f"{said} {compared(one)}".rstrip()


def left_out(tried: int) -> str:
    """How many texts are in no figure here; empty where there are none."""
    if not tried:
        return ""
    was = "is" if tried == 1 else "are"
    return f" {words.count(tried, 'text')} that reviewers sent on Try it {was} not counted."


def show_figures(one: VersionFeedback) -> None:
    """How much was sent and answered, how often it was right, how sure it was."""
    against = one.against
    figures = (
        (
            "Texts",
            f"{one.texts:,}",
            f"{one.shadows:,} more as a shadow" if one.shadows else "that users sent",
        ),
        (
            "Answered",
            words.share(one.answered / one.texts) if one.texts else "–",
            words.count(one.answered, "answer"),
        ),
        ("Right at 1", *accepted(one.first, one.answered)),
        ("Right at 5", *accepted(one.five, one.answered)),
        (
            "Mean p@1",
            words.three(one.p_mean),
            f"{words.three(against.mean)} on {against.split} posts"
            if against
            else "never evaluated",
        ),
    )
    c.figures(figures)


def halves(name: str, widths: Sequence[float]) -> list[DeltaGenerator]:
    """Columns; static/style.html lays them one below the other where they would be too narrow."""
    with st.container(key=f"halves-{name}"):
        return st.columns(widths, gap="large")


top = c.question("What do users say?")
retention.erase_overdue(data.store())
counted = data.counted()
versions = summary.by_version(data.store(), counted)
if not versions:
    with top:
        c.answer("No feedback yet: nobody has sent a text.")
    if PRODUCTION in current(data.store()):
        c.empty("Open a page to users, or try it yourself:", Command("demo-page"))
        c.way(pages.TRY_IT, "Try it", {})
    else:
        c.empty("Release a version to production, then open a page to users:", Command("demo-page"))
        c.way(pages.RELEASE, "Open Release", {})
    st.stop()
one = choose(versions, current(data.store()))
with top:
    generated = any(snapshot.generated for snapshot in listing(data.store()))
    c.answer(answer(one, acceptance.change(one, versions)), generated=generated)
    c.reading(
        "People who answer are not a random sample of users. Shares are of answers, with 95%"
        f" intervals.{left_out(counted.tried.get(one.version, 0))}"
    )
acts.last_done(far_down=True)
show_figures(one)
left, right = halves("texts", (1, 1))
with left:
    show_over_time(counted, one)
with right:
    show_confidence(one)
show_queue()
left, right = halves("answers", (3, 2))
with left:
    show_demand(one)
with right:
    show_calibration(one)
show_versions(versions)
