"""How a released model stands: in a sentence, how current that is, and its key figures."""

from datetime import datetime

import streamlit as st

from core.access.identity import Role
from core.drift.predicting import PREDICT
from core.drift.results import DriftReport, Measured, On
from core.drift.sentence import change_of, change_sentences, in_short, name_of
from core.drift.windows import Window
from core.executions import get
from core.hints import Command
from core.jobs import kinds
from core.jobs.kinds import DRIFT
from core.metrics import METRIC
from core.release.events import PRODUCTION
from core.words import listed
from dashboard import components as c
from dashboard import data, pages, words, work
from dashboard.charts.drift_tracks import moment, window_name
from dashboard.components import Link
from dashboard.parts import acts
from dashboard.parts.acts import Act
from dashboard.parts.drift_course import P_AT_1
from dashboard.work import Piece

WIDTH = 360
"""Of what can be pressed here, and of how far it is."""
MARKED = {
    " is ageing": " :orange[**▼ is ageing**]",
    " gets other texts": " :orange[**◆ gets other texts**]",
    "No alarm": ":green[**✓ No alarm**]",
}
"""Words of the sentence that say how it stands -> the same with a colour and a sign."""


def answer(made: DriftReport, sentence: str, *, name: str, waiting: int) -> str:
    """The sentence with a sign and a colour, or that nothing is known yet (Markdown).

    Args:
        waiting: posts that were not predicted yet.
    """
    if waiting and not any(each.figures for each in made.windows):
        posts, since = words.count(waiting, "post"), words.day(moment(made.since))
        return f"Not known yet: {posts} since {since}, none predicted by {words.plain(name)}."
    said = words.plain(sentence)
    for plain, marked in MARKED.items():
        said = said.replace(plain, marked, 1)
    return said


def show_in_short(alias: str, version: str) -> None:
    """How it stands in one line, and the way to the page."""
    made, standing = data.drift_report(version, Window.WEEK, On.POSTS), data.drift_standing(version)
    name = name_of(alias, version)
    said = answer(made, in_short(made, name=name), name=name, waiting=standing.waiting)
    if standing.waiting and any(each.figures for each in made.windows):
        said += f" {words.count(standing.waiting, 'newer post')} not yet predicted."
    if data.drift_judged(version, made).exceeded:
        said += " :orange[**✗ A limit of the release policy is exceeded.**]"
    with st.container(border=True):
        way = Link("Is production ageing?", pages.DRIFT, {"alias": alias})
        st.markdown(f"**Drift.** {said} {way.markdown}")


def show_standing(alias: str, version: str, made: DriftReport) -> None:
    """How current the page is; where posts wait, the button that predicts them, and the command."""
    standing = data.drift_standing(version)
    piece = _piece(version)
    job = work.latest(piece)
    if job is not None and job.under_way:
        with st.container(width=WIDTH):
            work.show(piece, job)
        return
    if not standing.behind:
        c.reading(_current(standing.newest, standing.execution))
        return
    st.info(_waiting(standing.waiting, standing.newest), icon=":material/update:")
    if job is not None:
        work.show_end(piece, job)
    command = Command("drift", alias=None if alias == PRODUCTION else alias)
    st.code(str(command), language=None)
    with st.container(width=WIDTH):
        _offer(piece, standing.waiting)


def _offer(piece: Piece, waiting: int) -> None:
    """The button; for those who may not, who may."""
    why_not = c.why_not(Role.REVIEWER, to=PREDICT)
    label = f"Predict {words.count(waiting, 'post')} now" if waiting else "Bring this up to date"
    acts.offer(
        [
            Act(
                key="predict",
                label=label,
                icon=":material/trending_down:",
                why_not=why_not,
                do=lambda: acts.perform(lambda: work.begin(piece), ""),
                next_=True,
            )
        ]
    )
    may = data.holders(Role.REVIEWER)
    if why_not and may:
        c.reading(f"{words.plain(listed(may))} can run this.")


def _current(newest: int | None, execution: int | None) -> str:
    if execution is None:
        return "No post has come since its snapshot ended."
    run = f"Predicted by \\#{execution}, {words.age(get(data.store(), execution).started_at)} ago"
    if newest is None:
        return f"{run}. No post has come since its snapshot ended."
    return f"{run}, up to {words.minute(moment(newest))} UTC. No new posts are waiting."


def _waiting(posts: int, newest: int | None) -> str:
    wait = "is" if posts == 1 else "are"
    if not posts:
        return "Its validation split, or newly sealed posts, have not been looked through yet."
    shown = "" if newest is None else f" This page ends at {words.minute(moment(newest))} UTC."
    return f"**{words.count(posts, 'new post')}** {wait} waiting to be predicted.{shown}"


def _piece(version: str) -> Piece:
    return Piece(
        kind=DRIFT,
        inputs=kinds.drift(version),
        page=pages.DRIFT,
        done="The new posts are predicted.",
        not_done="The new posts have not been predicted",
        cancel="Cancel predicting",
        if_cancelled=lambda _job: "If you cancel now, nothing is kept of it.",
    )


def show_figures(made: DriftReport, key: str, trained_until: datetime | None) -> None:
    """The newest complete window against the validation split; nothing without one.

    Args:
        trained_until: when its training posts end; None where nobody knows.
    """
    newest = made.newest
    if newest is None or newest.figures is None:
        return
    now, before = newest.figures, made.reference.figures if made.reference else None
    figures = [_figure(P_AT_1, now.p_at_1, before.p_at_1 if before else None)]
    if now.realised:
        was = before.realised[key] if before and before.realised else None
        figures.append(_figure(key, now.realised[key], was))
    if now.unknown_words is not None:
        usual = before.unknown_words if before else None
        note = "in no training post" if usual is None else f"validation {words.share(usual)}"
        figures.append(("Unknown words", words.share(now.unknown_words), note))
    texts = "Posts" if made.on == On.POSTS else "Texts"
    figures.append((texts, f"{now.posts:,}", f"in this {made.window}"))
    ends = (words.age(trained_until), f"old, {words.day(trained_until)}") if trained_until else None
    figures.append(("Training data", *(ends or ("–", "made elsewhere"))))
    c.figures(figures)
    c.reading(
        f"Figures are for {window_name(newest, made)}, the newest complete {made.window}."
        " Differences are from validation, with 95% intervals."
    )


def _figure(key: str, now: Measured, before: Measured | None) -> tuple[str, str, str]:
    name, value = METRIC[key].name, words.three(now.value)
    if before is None:
        return name, value, " to ".join(map(words.three, now.interval))
    change = change_of(before, now)
    return name, value, f"{words.signed(change.value)} ({words.interval(change.interval)})"


def show_changes(made: DriftReport) -> None:
    """Since when a figure is at another level."""
    lines = [f":orange[◆] {words.plain(line)}" for line in change_sentences(made)]
    if lines:
        st.markdown("  \n".join(lines))
