"""Is production ageing?"""

from collections.abc import Sequence

import streamlit as st

from core.drift.results import DriftReport, On
from core.drift.sentence import headline, name_of
from core.drift.stored import NEVER_EVALUATED
from core.drift.windows import Window
from core.hints import Command
from core.metrics import METRIC
from core.release import aliases
from core.release.events import PRODUCTION
from dashboard import components as c
from dashboard import data, pages, state
from dashboard.charts.drift_tracks import p_at_1, realised
from dashboard.parts import (
    acts,
    drift,
    drift_advice,
    drift_causes,
    drift_course,
    drift_details,
)
from dashboard.parts.ages import training_ends
from dashboard.parts.drift_course import FIGURES

USUAL = {"window": str(Window.WEEK), "on": str(On.POSTS), "figure": next(iter(FIGURES))}
"""What the filters hold where nothing was chosen."""


def choose() -> tuple[str, str] | None:
    """The alias or version in the address, production by default; and the version that it names.

    None where nothing is chosen, or there is nothing to choose.
    """
    named = aliases.current(data.store())
    versions = [each.version for each in aliases.versions(data.store())]
    options = {alias: f"{alias} · {version}" for alias, version in named.items()}
    options |= {version: version for version in versions}
    default = PRODUCTION if PRODUCTION in options else None
    chosen = state.chosen("Model", "alias", options, default=default, placeholder="none", width=214)
    return None if chosen is None else (chosen, named.get(chosen, chosen))


def filters() -> tuple[Window, On, str]:
    """How long windows are, whose texts they hold, and which figure stands beside mean p@1."""
    window = _one_of("Window", [str(each) for each in Window], key="window")
    on = On(_one_of("Texts", [str(each) for each in On], key="on"))
    name = _one_of("Figure", list(FIGURES), key="figure", disabled=on == On.SUBMISSIONS)
    return Window(window), on, FIGURES[name]


def _one_of(label: str, options: Sequence[str], *, key: str, disabled: bool = False) -> str:
    chosen = st.segmented_control(
        label,
        options,
        default=USUAL[key],
        required=True,
        key=key,
        bind="query-params",
        disabled=disabled,
    )
    return str(chosen)


def show_course(made: DriftReport, alias: str, figure: str) -> None:
    """Mean p@1 over time, and what came true beside it, as far as posts have labels."""
    with st.container(key="halves-course"):
        left, right = st.columns(2, gap="large")
    with left:
        c.section(f"Mean p@1 by {made.window}", "How confident the model is, on average.")
        drift_course.show_track(made, alias, drift_course.P_AT_1, p_at_1, key="p-at-1", alarms=True)
    with right:
        name = METRIC[figure].name
        how = "By the posts' actual subreddits; dashed: estimated."
        if made.on == On.SUBMISSIONS:
            how = "Estimated, since nobody knows the right subreddits."
        c.section(f"{name} by {made.window}", how)
        value = realised(figure)
        drift_course.show_track(made, alias, figure, value, key="realised")
    drift_course.show_estimates(made)
    drift_course.show_states(made)


def show_no_reference(made: DriftReport, snapshot: str) -> None:
    """Why there is nothing to compare with, and what to do about it."""
    if made.reference is None and made.no_reference == NEVER_EVALUATED:
        command = Command("evaluate", made.training, on=f"{snapshot}:valid")
        c.empty(f"{NEVER_EVALUATED} Distances and alarms need this:", command)


top = c.question("Is production ageing?")
with st.container(horizontal=True), state.kept(pages.DRIFT, **USUAL):
    chosen = choose()
    window, on, figure = filters()
if chosen is None:
    with top:
        c.answer("Nothing is in production.")
    c.empty("Release a version to production first:", Command("alias set", PRODUCTION, "VERSION"))
    c.way(pages.RELEASE, "Open Release", {})
    st.stop()
alias, version = chosen
name = name_of(alias, version)
made = data.drift_report(version, window, on)
training = next(each for each in data.all_trainings() if each.number == made.training)
waiting = data.drift_standing(version).waiting if on == On.POSTS else 0
with top:
    c.answer(
        drift.answer(made, headline(made, name=name), name=name, waiting=waiting),
        generated=training.snapshot.generated,
    )
    drift.show_changes(made)
    acts.last_done()
with st.container():
    if on == On.POSTS:
        drift.show_standing(alias, version, made)
    show_no_reference(made, training.snapshot.id)
judged = data.drift_judged(version, made)
drift_advice.show_exceeded(judged)
if not any(each.figures for each in made.windows):
    drift_details.show_left_out(made)
    st.stop()
drift.show_figures(made, figure, training_ends(training))
show_course(made, alias, figure)
drift_causes.show_causes(made, version)
drift_causes.show_topics(made)
drift_advice.show_retraining(judged, made, data.backtest(version), figure)
drift_causes.show_new_and_gone(made)
drift_details.show_texts(made)
drift_details.show_distances(made)
drift_details.show_left_out(made)
