"""The table of trainings: searched, sorted, ticked, compared."""

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.errors import InputError
from core.metrics import HEADLINES
from core.release.identity import Known, described, is_own
from core.release.search import facts, search
from dashboard import components as c
from dashboard import pages, state, tables, words

NEWEST = "newest first"
_SHOWN = {"number", "name", "model", "snapshot", "seed", "state", "version", "by"}
"""Facts that the table has in columns of its own."""


def training_frame(
    shown: Sequence[Known], retrained: Mapping[int, int], more: Sequence[str]
) -> pd.DataFrame:
    """One row a training.

    Args:
        retrained: how often each was retrained with other seeds.
        more: parameters and metrics that have a column besides the usual ones.
    """
    rows = []
    for known in shown:
        training = known.training
        metrics = training.evaluation.metrics if training.evaluation else {}
        rows.append(
            {
                "#": known.number,
                **{metric.key: metrics.get(metric.key) for metric in HEADLINES},
                **{name: facts(known).get(name) for name in more},
                "Training": training.name or described(training),
                "State": known.state or "–",
                "Snapshot": training.snapshot.id,
                "Retrained": retrained.get(known.number, 0),
                "Seed": training.seed,
                "Note": training.note,
                "By": training.execution.by,
                "Started (UTC)": words.minute(training.execution.started_at),
            }
        )
    return pd.DataFrame(rows)


def show_trainings(known: Sequence[Known]) -> None:
    """The trainings that somebody asked for, searched; retrainings and trials if wanted."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search trainings",
            key="find",
            bind="query-params",
            placeholder="loss=ova f1_macro>0.48",
            width=420,
            help="Words, or conditions on parameters, metrics, number, name, model, snapshot, seed,"
            " state, version and by.",
        )
        wanted = st.toggle(
            "Retrainings and trials too",
            key="retrainings",
            bind="query-params",
            help="Trainings that signoff noise and signoff tune made.",
        )
    try:
        shown = search([each for each in known if wanted or is_own(each)], text or "")
    except InputError as error:
        st.warning(words.refusal(error), icon=":material/search_off:")
        return
    ordered, more = _arranged(shown, known)
    if ordered:
        retrained = Counter(each.training.repeats or 0 for each in known)
        pick_two(training_frame(ordered, retrained, more))
    else:
        c.empty("No training fits this search.")


def _arranged(shown: Sequence[Known], known: Sequence[Known]) -> tuple[list[Known], list[str]]:
    """The trainings in the order that the person wants, and which columns besides the usual."""
    every = list(dict.fromkeys(name for each in known for name in facts(each)))
    usual = {metric.key for metric in HEADLINES}
    numbers = [name for name in every if name not in _SHOWN and _sortable(name, known)]
    with st.container(horizontal=True):
        order = st.selectbox(
            "Sort by",
            [NEWEST, *numbers],
            key="sort",
            bind="query-params",
            width=200,
            help="The largest come first.",
        )
        more = st.multiselect(
            "More columns",
            [name for name in every if name not in _SHOWN | usual],
            key="columns",
            bind="query-params",
            placeholder="parameters and metrics",
        )
    if order == NEWEST:
        return list(shown), more
    return sorted(shown, key=lambda each: -_value(each, order)), more


def _sortable(name: str, known: Sequence[Known]) -> bool:
    values = [facts(each)[name] for each in known if name in facts(each)]
    return not any(isinstance(value, str | bool) for value in values)


def _value(known: Known, name: str) -> float:
    """For sorting; what has none comes last."""
    return float(facts(known).get(name, float("-inf")))


def pick_two(frame: pd.DataFrame) -> None:
    """The table: tick two, compare."""
    key = c.shown_key("trainings", frame["#"].tolist())
    ticked = tables.draw(
        frame,
        {
            "#": tables.execution(),
            **{metric.key: tables.score(metric.help, label=metric.name) for metric in HEADLINES},
            "Training": tables.text(280, "Its name, else the model and its parameters"),
            "State": tables.plain("What became of it as a candidate"),
            "Snapshot": tables.plain("The posts that it was trained on"),
            "Retrained": tables.number(
                "%d ×", "How often signoff noise trained it again with other seeds"
            ),
            "Note": tables.text(200, "What was written when it was started"),
        },
        key=key,
        alt="Trainings",
        pick="several",
        picked=ticked_rows(key, frame["#"].tolist()),
    )
    numbers = sorted(int(frame["#"].iloc[row]) for row in ticked)
    st.session_state["ticked"] = ",".join(map(str, numbers))
    state.show("ticked", st.session_state["ticked"] or None)
    offer(numbers)


def ticked_rows(key: str, numbers: list[int]) -> list[int]:
    """The rows that are ticked when the table is first drawn: by the address, else those that the
    person ticked before they went to another page. Later ticks are the table's own.
    """
    if key not in st.session_state:
        before = st.session_state.get("ticked", "")
        ticked = st.query_params.get("ticked", before).split(",")
        st.session_state[f"{key}-first"] = [
            row for row, number in enumerate(numbers) if str(number) in ticked
        ]
    rows: list[int] = st.session_state.get(f"{key}-first", [])
    return rows


def offer(numbers: list[int]) -> None:
    """What can be done with the ticked executions, and why not more."""
    with st.container(horizontal=True, vertical_alignment="center"):
        ready = len(numbers) == 2
        label = f"Compare #{numbers[0]} with #{numbers[1]}" if ready else "Compare two"
        if st.button(label, type="primary", disabled=not ready, icon=":material/compare_arrows:"):
            query = {"baseline": str(numbers[0]), "candidate": str(numbers[1])}
            st.switch_page(pages.COMPARE.path, query_params=query)
        if st.button("Open", disabled=len(numbers) != 1, icon=":material/open_in_full:"):
            st.switch_page(pages.EXECUTION.path, query_params={"execution": str(numbers[0])})
        if not numbers:
            st.caption("Select two rows to compare them, or one to open it.")
        elif len(numbers) > 2:
            st.caption(f"{len(numbers)} are selected. Keep two.")
