"""A training as its page shows it: how good it is, what it was compared with, what to do next."""

from collections.abc import Sequence

import streamlit as st

from core.access.identity import Role
from core.comparison import Comparison
from core.comparison import compare as comparing
from core.comparison.ranking import repeats_of, spreads
from core.evaluation import Evaluation
from core.evaluation.history import Training
from core.jobs import Job, kinds
from core.jobs.kinds import PROPOSE
from core.metrics import HEADLINES, METRICS
from core.release import review
from core.release.identity import Everything, Known
from core.release.stages import Stage
from dashboard import components as c
from dashboard import data, pages, words, work
from dashboard.components import Link, Rich
from dashboard.pair import posts_of
from dashboard.parts import acts
from dashboard.parts.acts import Act
from dashboard.parts.metrics import verdict
from dashboard.work import Piece

WIDTH = 330
"""Of a button: two stand in a row, on a phone one below the other."""
MOST = 12
"""Comparisons that are shown, the newest."""


def sentence(known: Known, everything: Everything) -> str:
    """What was trained, and how well it does (Markdown)."""
    training = known.training
    posts = training.execution.metrics.get("posts")
    on = f"{words.count(posts, 'post')} of " if isinstance(posts, int) else ""
    said = f"Trained on {on}{words.plain(training.snapshot.id)}"
    if training.evaluation:
        macro, bounds = training.evaluation.metrics["f1_macro"], data.intervals(training.evaluation)
        value = words.around(macro, bounds.get("f1_macro"))
        said += f": macro F1 {value} on the validation split"
    retrained = repeats_of([each.training for each in everything.known]).get(known.number, [])
    return f"{said}. {_retrained(retrained)}{_stands(known)}".strip()


def _retrained(repeats: list[Training]) -> str:
    values = [each.evaluation.metrics["f1_macro"] for each in repeats if each.evaluation]
    if not values:
        return ""
    reached = " to ".join(dict.fromkeys(words.three(v) for v in (min(values), max(values))))
    return f"Retrained {len(repeats)} × with other seeds: {reached}. "


def _stands(known: Known) -> str:
    return f"It is **{words.plain(known.state)}**." if known.state else "It was not proposed."


def show_next(known: Known, everything: Everything) -> None:
    """What to do with it: compare it, propose it, decide on it."""
    other = _other(known.number, everything)
    with st.container(horizontal=True, vertical_alignment="center"):
        if other and known.training.evaluation:
            with st.container(width=WIDTH):
                _show_comparing(known.number, *other)
        with st.container(width=WIDTH):
            if known.stage != Stage.TRAINED:
                c.way(pages.RELEASE, "Where its release stands", {"candidate": str(known.number)})
            elif known.training.own:
                _show_proposing(known.number)


def _show_comparing(number: int, other: int, label: str) -> None:
    if st.button(label, icon=":material/compare_arrows:", type="primary", width="stretch"):
        query = {"baseline": str(other), "candidate": str(number)}
        st.switch_page(pages.COMPARE.path, query_params=query)


def _other(number: int, everything: Everything) -> tuple[int, str] | None:
    """What to compare it with, and what the button says."""
    if everything.production not in (None, number):
        return everything.production, f"Compare with production, #{everything.production}"
    if everything.pinned not in (None, number):
        return everything.pinned, f"Compare with the baseline, #{everything.pinned}"
    others = [each.number for each in everything.own if each.training.evaluation]
    other = next((each for each in others if each != number), None)
    return None if other is None else (other, f"Compare with #{other}")


def _show_proposing(number: int) -> None:
    piece = Piece(
        kind=PROPOSE,
        inputs=kinds.proposal(number),
        page=pages.EXECUTION,
        done=f"\\#{number} is proposed for release.",
        not_done=f"\\#{number} was not proposed",
        cancel="Cancel the proposal",
        if_cancelled=_if_cancelled,
    )
    job = work.latest(piece)
    if job and job.under_way:
        work.show(piece, job)
        return
    if job:
        work.show_end(piece, job)
    acts.offer(
        [
            Act(
                key=f"propose-{number}",
                label=f"Propose #{number} for release",
                icon=":material/how_to_vote:",
                why_not=c.why_not(Role.REVIEWER, to=review.PROPOSE),
                do=lambda: acts.perform(lambda: work.begin(piece), ""),
            )
        ]
    )


def _if_cancelled(_job: Job) -> str:
    return "If you cancel now, it is not proposed. The comparison with production is kept."


def show_quality(training: Training) -> None:
    """The key figures with their intervals and the noise; the others, folded away."""
    evaluation = training.evaluation
    if evaluation is None:
        c.empty("It was not evaluated.")
        return
    bounds = data.intervals(evaluation)
    with st.container(horizontal=True):
        for metric in HEADLINES:
            of_it = bounds.get(metric.key)
            c.figure(
                metric.name,
                words.three(evaluation.metrics[metric.key]),
                f"{words.three(of_it[0])} to {words.three(of_it[1])}" if of_it else "",
                help_=f"{metric.help} Below: the 95% interval for the chance of the posts.",
            )
    measured = spreads(data.store(), [training]).get(training.number)
    noise = (
        f"The noise of retraining was measured with {measured[1]} trainings of these parameters."
        if measured
        else "The noise of retraining has not been measured for these parameters."
    )
    st.caption(f"On {words.count(evaluation.posts, 'post')} of its validation split. {noise}")
    with st.expander("All metrics"):
        c.table(
            ("Metric", "Value (95% interval)"),
            [
                (metric.name, words.around(evaluation.metrics[metric.key], bounds.get(metric.key)))
                for metric in METRICS
                if metric.key in evaluation.metrics and not metric.implied
            ],
        )


def show_compared(known: Known, everything: Everything) -> None:
    """What it was compared with, and how that ended."""
    c.section("Compared with", "Macro F1: the second minus the first, with its 95% interval.")
    evaluations = {each.execution: each for each in data.all_evaluations()}
    by_number = {each.number: each for each in everything.known}
    rows: list[Sequence[str | Link | Rich]] = []
    own = [n for n, each in evaluations.items() if each.model_execution == known.number]
    for made in comparing.of_evaluations(data.store(), own):
        sides = (evaluations[made.baseline], evaluations[made.candidate])
        before, after = (by_number[side.model_execution] for side in sides)
        if len(rows) < MOST and (before.training.own or after.training.own):
            rows.append(_compared(made, sides, (before, after), known.number))
    if rows:
        c.table(("Comparison", "The other", "Posts", "Macro F1", "Verdict"), rows)
    else:
        st.markdown("Nothing yet.")


def _compared(
    made: Comparison,
    sides: tuple[Evaluation, Evaluation],
    known: tuple[Known, Known],
    number: int,
) -> Sequence[str | Link | Rich]:
    """One row: of a sealed test the link names the evaluations, as only its opening compares."""
    summary = data.comparison_summary(made.summary)
    macro = summary.metrics["f1_macro"]
    sealed = "test" in (sides[0].split, sides[1].split)
    numbers = [side.execution if sealed else side.model_execution for side in sides]
    query = dict(zip(("baseline", "candidate"), map(str, numbers), strict=True))
    other = known[1] if known[0].number == number else known[0]
    return (
        Link(f"#{known[0].number} → #{known[1].number}", pages.COMPARE, query),
        other.what,
        posts_of(sides[1]),
        Rich(f"{words.signed(macro.difference)} ({words.interval(macro.interval)})"),
        verdict(macro, paired=summary.paired),
    )
