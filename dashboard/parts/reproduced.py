"""Whether an execution was run again, and what came of that."""

import streamlit as st

from core.comparison.differences import Fact
from core.executions import Execution
from core.metrics import METRIC
from core.reproduction import reproduce
from core.reproduction.results import Measured
from dashboard import components as c
from dashboard import data, words


def show_reproduced(execution: Execution) -> None:
    """When it was last run again, whether the same came out and, folded away, what did not; of such
    a run itself, what came of it.
    """
    if execution.kind == reproduce.KIND:
        number, record = execution.inputs["reproduced"], execution
        found = reproduce.result_of(data.store(), execution)
    elif (newest := reproduce.of(data.store(), execution.number)) is not None:
        number = execution.number
        found, record = newest
    else:
        return
    if found is None:
        return
    mark = "✓" if found.identical else "≈" if found.within_noise or not found.moved else "≠"
    st.markdown(
        f"{mark} \\#{number} was reproduced on {words.day(record.started_at)} by"
        f" \\#{record.number}: {words.plain(found.answer)}."
    )
    if found.notes:
        c.lines([words.plain(note) for note in found.notes])
    if found.moved or found.environment:
        with st.expander("What was not as it was"):
            _show_moved(found.moved)
            _show_environment(found.environment)


def _show_moved(moved: tuple[Measured, ...]) -> None:
    if moved:
        rows = [
            (
                METRIC[each.name].name if each.name in METRIC else each.name,
                words.three(each.then),
                words.three(each.now),
                words.signed(each.difference),
                words.band(each.noise),
            )
            for each in moved
        ]
        c.table(("Figure", "Then", "Now", "Difference", "Noise"), rows)


def _show_environment(facts: tuple[Fact, ...]) -> None:
    if facts:
        rows = [(fact.what, fact.baseline, fact.candidate) for fact in facts]
        c.table(("Environment", "Then", "Now"), rows)
