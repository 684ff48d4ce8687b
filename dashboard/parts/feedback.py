"""What users' texts and answers say of one version, and of all of them."""

from collections.abc import Sequence

import streamlit as st

from core.comparison.results import HIGHER, LOWER, direction
from core.evaluation.aggregate import histogram
from core.evaluation.evaluate import of_execution
from core.feedback import summary
from core.feedback.summary import PERIODS, WEEK, Counted, Share, VersionFeedback
from dashboard import components as c
from dashboard import data, pages, words
from dashboard.charts import confidence
from dashboard.charts import feedback as charts
from dashboard.charts.confidence import ConfidenceCurve
from dashboard.parts.confidence import SORTED

USERS = "texts of users"


def accepted(share: Share, answered: int) -> tuple[str, str]:
    """A share of answers, and its 95% interval; of how many it is where those are not all
    ``answered``, which stand beside it. A dash without any.
    """
    if share.value is None or share.interval is None:
        return "–", "no answers yet"
    low, high = map(words.share, share.interval)
    of = f", of {share.of:,}" if share.of != answered else ""
    return words.share(share.value), f"{low} to {high}{of}"


def compared(one: VersionFeedback) -> str:
    """Whether it is more confident on users' texts than on the posts that judged it; empty where
    that cannot be compared.
    """
    if one.against is None or one.p_mean is None or one.p_change is None:
        return ""
    change, interval = one.p_change
    posts = f"its {one.against.split} posts"
    surer = {HIGHER: "more", LOWER: "less"}.get(direction(change, interval=interval, noise=None))
    head = (
        f"It is {surer} confident on users' texts than on {posts}"
        if surer
        else f"So far, users' texts show no difference in confidence from {posts}"
    )
    return (
        f"{head}: mean p@1 {words.three(one.p_mean)} against {words.three(one.against.mean)}"
        f" (95% interval of the difference {words.interval(interval)})."
    )


def show_over_time(counted: Counted, one: VersionFeedback) -> None:
    """How often the version was right, by day or week."""
    c.section(
        "Were the suggestions right?",
        "According to the users who answered. Bars are 95% intervals.",
    )
    place = st.container()
    period = st.segmented_control(
        "By",
        PERIODS,
        default=WEEK,
        required=True,
        key="by",
        bind="query-params",
        label_visibility="collapsed",
        disabled=not one.answered,
    )
    spans = [
        span
        for span in summary.over_time(counted, period=str(period))
        if span.version == one.version
    ]
    with place:
        if not one.answered:
            c.empty(
                "No answers yet. Users answer on the demo page, programs through the API:"
                " docs/feedback.md."
            )
            return
        c.chart(
            charts.acceptance(spans, str(period), c.colours()),
            key="acceptance",
            alt="Share of answers that accept the first suggestion, or one of five, over time",
        )


def show_confidence(one: VersionFeedback) -> None:
    """p@1 of what users send against that of the posts on which it was judged."""
    texts = words.count(sum(one.p_posts), "text")
    c.section(
        "How confident is the model?",
        f"p@1 is the probability of the first suggestion. Based on {texts} so far.",
    )
    if one.against is None:
        c.empty("There are no posts to compare it with.")
        return
    posts = f"its {one.against.split} posts"
    shown = [
        ConfidenceCurve(posts, histogram(one.against.posts), candidate=False),
        ConfidenceCurve(USERS, histogram(one.p_posts), candidate=False, place=1),
    ]
    c.chart(
        confidence.p_at_1(shown, c.colours(), of="texts"),
        key="p-at-1",
        alt="Distributions of p@1 on posts and on texts of users",
    )
    widest = words.share(one.against.ks)
    distances = {
        "KS": (
            one.against.ks,
            f"the largest gap between the two cumulative distributions is {widest} of the texts",
        ),
        "Wasserstein": (
            one.against.wasserstein,
            SORTED,
        ),
    }
    c.lines([f"**{name} {words.three(by)}**: {why}." for name, (by, why) in distances.items()])


def show_calibration(one: VersionFeedback) -> None:
    """Whether p@1 means what it says, on posts and as users say."""
    error = one.calibration_error
    c.section(
        "Can p@1 be trusted?",
        "On the diagonal, p@1 equals the share of correct suggestions."
        + (
            f" Calibration error {words.three(error)} by {words.count(one.answered, 'answer')}."
            if error is not None
            else ""
        ),
    )
    if error is None or one.against is None:
        st.markdown(
            "No answers yet." if error is None else "There are no posts to compare it with."
        )
        return
    judged = of_execution(data.store(), one.against.evaluation)
    c.chart(
        charts.calibration(
            data.summary_of(judged).reliability,
            one.reliability,
            (f"its {one.against.split} posts", "answered texts"),
            c.colours(),
        ),
        key="calibration",
        alt="Share of correct predictions against p@1, on posts and according to users",
    )


def show_versions(versions: Sequence[VersionFeedback]) -> None:
    """Every version that was ever asked, newest first."""
    c.section("Versions", "Every version that has answered users, newest first.")
    c.table(
        ("Version", "Answered", "Right at 1", "Right at 5", "Mean p@1"),
        [
            (
                c.Link(one.version, pages.FEEDBACK, {"version": one.version}),
                f"{one.answered:,} of {one.texts:,}",
                _with_interval(one.first, one.answered),
                _with_interval(one.five, one.answered),
                words.three(one.p_mean)
                + (f", test posts {words.three(one.against.mean)}" if one.against else ""),
            )
            for one in versions
        ],
    )


def _with_interval(share: Share, answered: int) -> str:
    value, note = accepted(share, answered)
    return f"{value} ({note})" if share.of else value
