"""What else moved under a model, and the numbers behind the alarms."""

from collections.abc import Sequence
from dataclasses import astuple

import pandas as pd
import streamlit as st

from core.drift.results import DriftReport, Figures, WindowReport, WordChange
from core.drift.sentence import state_of
from core.evaluation.aggregate import histogram
from dashboard import components as c
from dashboard import tables, words
from dashboard.charts import confidence
from dashboard.charts import distances as distance_charts
from dashboard.charts import drift as charts
from dashboard.charts.confidence import ConfidenceCurve
from dashboard.charts.distances import Looked
from dashboard.charts.drift_tracks import Value, moment, track, window_name
from dashboard.charts.track import Bounds, as_share, beside

LEFT_OUT = {
    "sealed": "from the time of a sealed test split",
    "in_the_future": "dated in the future",
    "no_text": "without text",
}


def show_texts(made: DriftReport) -> None:
    """How the posts themselves have changed, their words and where they come from: folded away."""
    if not any(each.figures and each.figures.label_mix for each in made.windows):
        return
    box = st.expander("Have the posts changed?", key="texts", bind="query-params")
    if box.open:
        with box:
            _show_texts(made)
            _show_words(made)


def _show_texts(made: DriftReport) -> None:
    with st.container(key="halves-texts"):
        left, right = st.columns(2, gap="large")
    with left:
        c.reading("**Unknown words**: the share of words that stand in no training post.")
        _show_share(made, _unknown_words, key="unknown-words", y="share of words")
    with right:
        c.reading(
            "**Label mix**: how far the subreddits' shares are from validation, from 0 to 1;"
            " dashed: expected by chance alone with this many posts."
        )
        _show_share(made, _label_mix, by_chance=True, key="label-mix", y="distance")


def _show_words(made: DriftReport) -> None:
    """The words whose share of posts moved most."""
    newest = made.labelled
    found = newest.figures.words if newest and newest.figures else None
    if newest is None or found is None:
        return
    st.markdown(f"**Words** :gray[in {window_name(newest, made)}, of {found.judged:,} common ones]")
    with st.container(key="halves-words"):
        left, right = st.columns(2, gap="large")
    with left:
        _show_moved("▲ In more posts", found.rose)
    with right:
        _show_moved("▼ In fewer posts", found.fell)


def _show_moved(title: str, moved: Sequence[WordChange]) -> None:
    if not moved:
        st.markdown(f"{title}: none beyond chance.")
        return
    c.table(
        (title, "Validation", "Now", "q"),
        [
            (
                f"{each.word}{' (new)' if each.new else ''}",
                words.share(each.share_reference),
                words.share(each.share),
                words.chance(each.q_value),
            )
            for each in moved
        ],
    )


def _unknown_words(found: Figures) -> tuple[float, Bounds | None] | None:
    return None if found.unknown_words is None else (found.unknown_words, None)


def _label_mix(found: Figures) -> tuple[float, Bounds | None] | None:
    return None if found.label_mix is None else (found.label_mix.distance, None)


def _show_share(
    made: DriftReport, value: Value, *, key: str, y: str, by_chance: bool = False
) -> None:
    chances = [
        each.figures.label_mix.by_chance
        for each in made.windows
        if each.figures and each.figures.label_mix
    ]
    found = track(made, value)
    found = beside(found, "by chance", chances) if by_chance else as_share(found)
    c.chart(
        charts.over_time(found, c.colours(), unit=str(made.window), y=y),
        key=key,
        alt=f"{y} by {made.window}",
    )


def show_distances(made: DriftReport) -> None:
    """Each distance as a part of its alarm level, and every window in numbers, folded away."""
    box = st.expander(
        "Distances, alarm levels and every window", key="distances", bind="query-params"
    )
    if not box.open:
        return
    with box:
        st.markdown(calibration(made))
        with st.container(key="halves-distances"):
            left, right = st.columns(2, gap="large")
        with left:
            _show_against_levels(made)
        with right:
            _show_distribution(made)
        tables.draw(
            pd.DataFrame([_row(each, made) for each in reversed(made.windows)]),
            {
                "Posts": tables.count(),
                "Mean p@1": tables.score(),
                "KS": tables.score("Largest gap between the cumulative distributions of p@1"),
                "Wasserstein": tables.score("How far p@1 would have to be moved, on average"),
                "PSI": tables.score("Population stability index, smoothed"),
                "State": tables.text(180),
            },
            alt="Every window, the newest first",
        )


def _show_against_levels(made: DriftReport) -> None:
    looked = [
        Looked(
            begins=moment(each.begins),
            name=window_name(each, made),
            distances=astuple(each.figures.distances),
            levels=astuple(each.judged.levels),
        )
        for each in made.windows
        if each.judged and each.figures and each.figures.distances
    ]
    if looked:
        c.reading("**Distances**, each divided by its alarm level.")
        c.chart(
            distance_charts.against_levels(looked, c.colours(), unit=str(made.window)),
            key="against-levels",
            alt="Distances of p@1 from validation, divided by their alarm levels",
        )


def _show_distribution(made: DriftReport) -> None:
    """p@1 of the newest complete window over that of validation."""
    newest, reference = made.newest, made.reference
    if newest is None or newest.figures is None or reference is None:
        return
    sets = {
        "validation": reference.figures.p_at_1_histogram,
        window_name(newest, made): newest.figures.p_at_1_histogram,
    }
    c.reading("**Distribution of p@1**: the share of posts at each p@1.")
    c.chart(
        confidence.p_at_1(
            [
                ConfidenceCurve(name, histogram(posts), candidate=False, place=place)
                for place, (name, posts) in enumerate(sets.items())
            ],
            c.colours(),
            of=str(made.on),
        ),
        key="distribution",
        alt="Distribution of p@1 in the newest complete window and on validation",
    )


def calibration(made: DriftReport) -> str:
    """What windows are compared with, and when they alarm (Markdown)."""
    reference = made.reference
    if reference is None:
        return words.plain(made.no_reference)
    days = " to ".join(words.day(moment(at)) for at in (reference.begins, reference.ends - 1))
    head = (
        f"p@1 is compared with its distribution on"
        f" {words.count(reference.posts, 'validation post')} of {words.plain(reference.snapshot)},"
        f" {days} (\\#{reference.evaluation})."
    )
    if not reference.parts:
        return f"{head} That is too few to calibrate alarms."
    return (
        f"{head} Alarm levels are calibrated on {reference.parts:,} parts of it. If nothing has"
        " changed, the chance of any alarm in 26 windows is about"
        f" {words.per_cent(made.level)}."
    )


def _row(each: WindowReport, made: DriftReport) -> dict[str, object]:
    found = each.figures
    apart = found.distances if found else None
    return {
        str(made.window).capitalize(): window_name(each, made).removeprefix("the week of "),
        "Posts": found.posts if found else 0,
        "Mean p@1": found.p_at_1.value if found else None,
        "KS": apart.ks if apart else None,
        "Wasserstein": apart.wasserstein if apart else None,
        "PSI": apart.psi if apart else None,
        "State": state_of(each),
    }


def show_left_out(made: DriftReport) -> None:
    """Posts that are in no figure, by why."""
    if made.left_out:
        said = [f"{words.count(n, 'post')} {LEFT_OUT[why]}" for why, n in made.left_out.items()]
        c.reading(f"Left out: {'; '.join(said)}.")
