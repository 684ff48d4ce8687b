"""One execution in full."""

from collections.abc import Sequence

import streamlit as st

from core.errors import InputError
from core.executions import Execution, get, listing
from core.executions.history import log_text, number
from core.executions.lineage import neighbours
from core.hints import Command
from core.release import identity
from dashboard import components as c
from dashboard import data, pages, words

LOG_LINES = 300
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


def show_mapping(title: str, values: dict[str, object]) -> None:
    """Names and values, nested ones in their own rows."""
    if not values:
        return
    st.header(title, anchor=False)
    flat: dict[str, object] = {}
    for name, value in values.items():
        flat.update(value if isinstance(value, dict) else {name: value})
    c.table(("What", "Value"), [(name, shown(value)) for name, value in flat.items()])


def shown(value: object) -> str:
    """A value as people read it."""
    if value is None or isinstance(value, bool):
        return {None: "–", True: "yes", False: "no"}[value]
    return words.number(value) if isinstance(value, int | float) else str(value)


def show_lineage(execution: Execution) -> None:
    """Which executions made what this one read, and which read what it made."""
    lineage = neighbours(execution, listing(data.store()))
    st.header("Lineage", anchor=False)
    left, right = st.columns(2)
    with left:
        st.caption("Made from")
        links(lineage.before)
    with right:
        st.caption("Used by")
        links(lineage.after)


def links(executions: Sequence[Execution]) -> None:
    """Executions as links to their pages."""
    if not executions:
        st.markdown("Nothing recorded.")
    for execution in executions:
        st.page_link(
            pages.EXECUTION.path,
            label=f"#{execution.number} {execution.kind}",
            icon=":material/arrow_outward:",
            query_params={"execution": str(execution.number)},
        )


def what_it_is(execution: Execution) -> str:
    """What it is called, as a sentence of its own (Markdown); nothing but for a training."""
    known = {each.number: each for each in identity.read(data.store()).known}
    if execution.number not in known:
        return ""
    training = known[execution.number]
    note = f" “{words.plain(training.training.note)}”" if training.training.note else ""
    return f"  \n{words.plain(training.title)}.{note}"


execution = get(data.store(), wanted())
c.head(
    f"Execution #{execution.number}: {execution.kind}",
    f"{MARKS[execution.status]}, started {words.minute(execution.started_at)} UTC by"
    f" {words.plain(execution.by)}, took {words.duration(execution.seconds)}."
    f"{what_it_is(execution)}",
)
if execution.error:
    st.error(words.plain(execution.error))
st.code(execution.command, language="bash", wrap_lines=True)
left, right = st.columns(2, gap="large")
with left:
    show_mapping("Metrics", execution.metrics)
    show_mapping("Parameters", execution.params)
with right:
    show_mapping("Read", execution.inputs)
    show_mapping("Made", execution.outputs)
    show_mapping("Code", execution.code)
show_lineage(execution)
with st.expander("Environment"):
    show_mapping("Machine and packages", execution.environment)
with st.expander("Log"):
    lines = log_text(data.store(), execution).splitlines()
    if len(lines) > LOG_LINES:
        st.caption(f"The last {LOG_LINES} of {len(lines):,} lines; all of them:")
        st.code(str(Command("executions show", execution.number, log=True)), language="bash")
    st.code("\n".join(lines[-LOG_LINES:]) or "(empty)", language=None, wrap_lines=True)
