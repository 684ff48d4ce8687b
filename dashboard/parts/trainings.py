"""The table of trainings: searched, sorted, ticked, compared."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.comparison.ranking import repeats_of
from core.errors import InputError
from core.metrics import HEADLINES
from core.release.identity import Known, described, is_own
from core.release.search import facts, search
from dashboard import components as c
from dashboard import pages, state, tables, words

NEWEST = "newest first"
MOST = 20
"""Runs that can stand side by side."""
_SHOWN = {"number", "name", "state", "version"}
"""Facts that the table has in columns of its own."""


def training_frame(
    shown: Sequence[Known], retrained: Mapping[int, int], more: Sequence[str]
) -> pd.DataFrame:
    """One row a training.

    Args:
        retrained: how often each was retrained with other seeds.
        more: facts that have a column besides the usual ones.
    """
    rows = []
    for known in shown:
        training = known.training
        metrics = training.evaluation.metrics if training.evaluation else {}
        rows.append(
            {
                "#": known.number,
                "Training": training.name or described(training),
                "State": known.state or "–",
                **{metric.key: metrics.get(metric.key) for metric in HEADLINES},
                **{name: facts(known).get(name) for name in more},
                "Retrained": retrained.get(known.number),
                "Tags": ", ".join(training.annotations.tags),
                "Note": training.note,
            }
        )
    frame = pd.DataFrame(rows)
    told = {"Retrained": frame["Retrained"].notna(), "Tags": frame["Tags"], "Note": frame["Note"]}
    return frame.drop(columns=[name for name, values in told.items() if not any(values)])


def show_trainings(known: Sequence[Known]) -> None:
    """The trainings that somebody asked for, searched; retrainings and trials if wanted."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search trainings",
            key="find",
            bind="query-params",
            placeholder="loss=ova f1_macro>0.48 tag:baseline",
            width=420,
            help="Words, tags, or conditions on parameters, metrics, number, name, model, snapshot,"
            " seed, state, version and by.",
        )
        wanted = st.toggle(
            "Retrainings and trials too",
            key="retrainings",
            bind="query-params",
            help="Trainings that signoff noise, tune and backtest made.",
        )
    try:
        shown = search([each for each in known if wanted or is_own(each)], text or "")
    except InputError as error:
        st.warning(words.refusal(error), icon=":material/search_off:")
        return
    ordered, more = _arranged(shown, known)
    if ordered:
        repeats = repeats_of([each.training for each in known])
        retrained = {number: len(each) for number, each in repeats.items()}
        pick(training_frame(ordered, retrained, more))
    else:
        c.empty("No training fits this search.")


def _arranged(shown: Sequence[Known], known: Sequence[Known]) -> tuple[list[Known], list[str]]:
    """The trainings in the order that the person wants, and which columns besides the usual."""
    of_each = {each.number: facts(each) for each in known}
    every = list(dict.fromkeys(name for its in of_each.values() for name in its))
    usual = {metric.key for metric in HEADLINES}
    words_ = {n for its in of_each.values() for n, v in its.items() if isinstance(v, str | bool)}
    numbers = [name for name in every if name not in _SHOWN | words_]
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
            placeholder="snapshot, seed, author, parameters and metrics",
        )
    if order == NEWEST:
        return list(shown), more
    last = float("-inf")  # what has no such value comes last
    return sorted(shown, key=lambda each: -float(of_each[each.number].get(order, last))), more


def pick(frame: pd.DataFrame) -> None:
    """The table: tick two or more, compare."""
    key = c.shown_key("trainings", frame["#"].tolist())
    ticked = tables.draw(
        frame,
        {
            "#": tables.execution(),
            **{metric.key: tables.score(metric.help, label=metric.name) for metric in HEADLINES},
            "Training": tables.text(255, "Its name, else the model and its parameters"),
            "State": tables.text(182, "What became of it as a candidate", keep=len("20261201.1")),
            "Retrained": tables.number(
                "%d ×",
                "How often signoff noise trained it again with other seeds",
                label="Reruns",
                width=58,
            ),
            "Tags": tables.text(140, "What somebody tagged it on its page; baseline pins it"),
            "Note": tables.text(200, "What somebody noted on its page, or when it was started"),
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
    """The rows that are ticked when the table is first drawn: by the address, else as the
    person left them for another page. Later ticks are the table's own.
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
    """What can be done with the ticked executions."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            _offered(numbers),
            type="primary",
            disabled=not 2 <= len(numbers) <= MOST,
            icon=":material/compare_arrows:",
        ):
            _compare(numbers)
        if st.button("Open", disabled=len(numbers) != 1, icon=":material/open_in_full:"):
            st.switch_page(pages.EXECUTION.path, query_params={"execution": str(numbers[0])})
        if not numbers:
            st.caption("Select two or more rows to compare them, or one to open it.")
        elif len(numbers) > MOST:
            st.caption(f"{len(numbers)} are selected. Keep {MOST} or fewer.")


def _offered(numbers: list[int]) -> str:
    if len(numbers) < 2:
        return "Compare"
    if len(numbers) == 2:
        return f"Compare #{numbers[0]} with #{numbers[1]}"
    return f"Compare {len(numbers)} runs"


def _compare(numbers: list[int]) -> None:
    if len(numbers) == 2:
        query = {"baseline": str(numbers[0]), "candidate": str(numbers[1])}
        st.switch_page(pages.COMPARE.path, query_params=query)
    st.switch_page(pages.RUNS.path, query_params={"runs": ",".join(map(str, numbers))})
