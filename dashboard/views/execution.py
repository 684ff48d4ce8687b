"""What is this execution, and how good is what it made?"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import streamlit as st

from core.comparison.differences import flat, said, shown
from core.errors import InputError
from core.executions import Execution, Link, annotations, get, lineage
from core.executions.annotations import NOTHING
from core.executions.history import log_text, number
from core.hints import Command
from core.metrics import METRIC
from core.pipeline import provenance
from core.release import identity
from core.release.identity import Known, described
from dashboard import components as c
from dashboard import data, pages, words
from dashboard.parts import acts, run
from dashboard.parts import provenance as way
from dashboard.parts.annotations import show_annotations
from dashboard.parts.reproduced import show_reproduced

LOG_LINES = 300
FIGURES = {
    "f1_macro_difference": "macro F1, candidate − baseline",
    "first_utc": "oldest post (UTC)",
    "last_utc": "newest post (UTC)",
    "no_text": "posts without any text",
    "repeats": "posts with the same text as another of their subreddit",
    "elsewhere": "posts with a text that is also in another subreddit",
    "same_text": "posts with the same text as another",
    "title_only": "posts with a title only",
    "nameable": "posts that a model can name by their text",
    "gap_days": "days in gaps",
    "expected_in_gaps": "posts missing in gaps",
    "fit_seconds": "training alone took (s)",
    "model_mib": "model size (MiB)",
    "posts": "posts",
    "calibrated_on": "posts that calibrated p@1",
    "same_after_rounding": "share of predictions kept by rounding",
    "accuracy_lost_by_rounding": "accuracy lost by rounding",
    "identical": "identical to the byte",
    "moved": "figures that differ",
    "reproduced": "execution that was run again",
}
"""Figures of steps in words."""
OVERLAP = {
    "same": "test posts trained on",
    "same_text": "test posts with a text trained on",
    "near": "test posts nearly like one trained on",
    "contained": "test posts with half of their text trained on",
    "evaluated": "test posts evaluated before",
    "newer": "training posts from the time of the test",
}
"""Of opening a sealed test, which looks for what the models have seen of it."""
TIMES = ("first_utc", "last_utc")
DIFFERENCE = "_difference"
FEW = 12
"""Executions that are named on either side."""
MARKS = {
    "succeeded": ":green[✓ succeeded]",
    "failed": ":orange[✗ failed]",
    "interrupted": ":orange[◼ interrupted]",
    "running": ":violet[… running]",
}


def wanted() -> int:
    """The number in the address."""
    text = st.query_params.get("execution", "")
    if not text:
        raise InputError(
            "The link does not name an execution", "Choose one on the Executions page."
        )
    return number(text)


def how_it_ran(execution: Execution) -> str:
    """Status, when, by whom and how long (Markdown)."""
    return (
        f"{MARKS[execution.status]}, started {words.minute(execution.started_at)} UTC by"
        f" {words.plain(execution.by)}, took {words.duration(execution.seconds)}."
    )


def show_values(
    title: str, values: Mapping[str, object], names: Mapping[str, str] = FIGURES
) -> bool:
    """Names and values in words, nested ones in their own rows; digests stand further down.

    Returns:
        Whether there was anything to show.
    """
    rows = [
        (called(name, names), _value(name, value))
        for name, value in flat(dict(values)).items()
        if not _is_digest(value)
    ]
    if rows:
        st.header(title, anchor=False)
        c.table(("What", "Value"), rows)
    return bool(rows)


def called(name: str, names: Mapping[str, str] = FIGURES) -> str:
    """What people call a value: a metric, a parameter, a figure of a step."""
    if name in METRIC:
        return METRIC[name].name
    known = names.get(name, said(name))
    return known.replace("_", " ") if known == name else known


def _value(name: str, value: object) -> str:
    """A value as people read it."""
    if isinstance(value, list):
        return ", ".join(_value(name, each) for each in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return shown(value)
    if name in (*lineage.NUMBERED, *lineage.LISTED):
        return f"#{value}"
    if name in TIMES:
        return words.minute(datetime.fromtimestamp(value, UTC))
    if name.endswith(DIFFERENCE):
        return words.signed(value)
    return words.three(value) if name in METRIC else words.number(value)


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64


def named(values: Mapping[str, object]) -> dict[str, object]:
    """Values with the names of snapshots in place of their digests."""
    names = data.snapshot_names()
    return {name: names.get(str(value), value) for name, value in values.items()}


def show_lineage(execution: Execution) -> None:
    """Which executions made what this one read, and which read what it made."""
    near = lineage.neighbours(data.store(), execution)
    st.header("Lineage", anchor=False)
    whole = provenance.read(data.store())
    itself = provenance.of_execution(whole, execution.number)
    if itself:
        made, used = whole.ancestry(*itself), whole.descent(*itself)
        kept = {node.id for node in made.nodes} | set(itself)
        around = whole.only(kept | {node.id for node in used.nodes})
        c.reading(f"Each row was made from the rows above it. {way.stale(made)}")
        way.show(
            around.collapsed(kept),
            key=f"lineage-of-{execution.number}",
            alt="What it was made from, and what was made of it",
        )
    left, right = st.columns(2)
    with left:
        st.caption("Made from")
        links(near.before)
    with right:
        st.caption("Used by")
        own = [each for each in near.after if each.purpose is None or execution.purpose]
        links(own)
        if parts := len(near.after) - len(own):
            st.caption(f"and {parts:,} that noise, tuning and pages made for themselves")


def links(executions: Sequence[Link]) -> None:
    """Executions as links to their pages."""
    if not executions:
        st.markdown("Nothing recorded.")
    for each in executions[:FEW]:
        st.page_link(
            pages.EXECUTION.path,
            label=f"#{each.number} {each.kind}",
            icon=":material/arrow_outward:",
            query_params={"execution": str(each.number)},
        )
    if len(executions) > FEW:
        st.caption(f"and {len(executions) - FEW:,} more")


def show_details(execution: Execution) -> None:
    """How it was started, its code, machine, digests and log, folded away."""
    with st.expander("Code, machine and digests"):
        show_values("Code", execution.code)
        show_values("Machine and packages", execution.environment)
        digests = {
            name: value
            for part in (execution.inputs, execution.outputs, execution.code)
            for name, value in flat(part).items()
            if _is_digest(value)
        }
        st.header("Digests", anchor=False)
        for name, value in digests.items():
            st.caption(f"{words.plain(called(name))}, SHA-256")
            st.code(str(value), language=None)
    with st.expander("Log"):
        lines = log_text(data.store(), execution).splitlines()
        if len(lines) > LOG_LINES:
            st.caption(f"The last {LOG_LINES} of {len(lines):,} lines; all of them:")
            command = Command("executions show", execution.number, log=True)
            st.code(str(command), language="bash")
        st.code("\n".join(lines[-LOG_LINES:]) or "(empty)", language=None, wrap_lines=True)


def title(execution: Execution, known: Known | None) -> str:
    """The page's title: what people call it."""
    if known is None:
        return f"Execution #{execution.number}: {execution.kind}"
    training = known.training
    return words.plain(f"Execution #{execution.number}: {training.name or described(training)}")


def show_way(execution: Execution) -> None:
    """From an evaluation to its training, from a comparison to its page."""
    inputs = execution.inputs
    if execution.kind == "evaluate" and "training" in inputs:
        query = {"execution": str(inputs["training"])}
        c.way(pages.EXECUTION, f"Evaluates the model of \\#{inputs['training']}", query)
    if execution.kind == "compare" and execution.status == "succeeded":
        query = {side: str(inputs[side]) for side in ("baseline", "candidate")}
        c.way(pages.COMPARE, "Read the comparison", query)
    if "reproduced" in inputs:
        query = {"execution": str(inputs["reproduced"])}
        c.way(pages.EXECUTION, f"Runs \\#{inputs['reproduced']} again", query)


execution = get(data.store(), wanted())
everything = identity.read(data.store())
known = next((each for each in everything.known if each.number == execution.number), None)
top = c.question(title(execution, known))
acts.last_done()
with top:
    ran = how_it_ran(execution)
    sentence = f"{run.sentence(known, everything)}  \n{ran}" if known else ran
    c.answer(sentence, generated=bool(known and known.training.snapshot.generated))
if execution.error:
    st.error(words.plain(execution.error))
noted = annotations.read(data.store()).of.get(execution.number, NOTHING)
if known:
    run.show_next(known, everything)
show_way(execution)
show_annotations(execution, noted, called=described(known.training) if known else execution.kind)
show_reproduced(execution)
if known:
    run.show_quality(known.training)
    run.show_compared(known, everything)
left, right = st.columns(2, gap="large")
read = named(execution.inputs)
with left:
    if not show_values("Parameters", execution.params):  # no half stays empty
        show_values("Read", read)
        read = {}
with right:
    show_values("Read", read)
    show_values("Figures", execution.metrics, OVERLAP if execution.kind == "test" else FIGURES)
show_lineage(execution)
st.header("Command", anchor=False)
st.code(execution.command, language="bash", wrap_lines=True)
show_details(execution)
