"""Who wins, who loses?"""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.comparison.difference import called_first
from core.comparison.results import BETTER, HIGHER, LOWER, SAME, WORSE
from core.comparison.sentence import label_sets_sentence, subreddits_sentence
from core.spreadsheets import as_csv, as_parquet
from dashboard import components as c
from dashboard import data, listing, pages, panes, state, tables, words
from dashboard.charts import changes as charts
from dashboard.listing import Listing
from dashboard.pair import Chosen, choose
from dashboard.parts.subreddit import mark, show_one, uncalled

TABLE, FIGURE = "table", "figure"
ANY = "all"
COLUMNS = {
    "Subreddit": tables.text(150),
    "Change": tables.change("F1 of the candidate minus F1 of the baseline"),
    "Low": tables.change("Lower end of the change's 95% interval"),
    "High": tables.change("Upper end of the change's 95% interval"),
    "q": tables.chance("Below 0.05, the change is called better or worse"),
    "Smallest": tables.score("A smaller change would be missed at least one time in five"),
    "Verdict": tables.text(122, "Called if it is beyond the chance of these posts and retraining"),
    "Posts": tables.count("Posts of the subreddit, on the candidate's side"),
    "Baseline F1": tables.bar("%.3f", help_="Empty where the baseline does not know it"),
    "Candidate F1": tables.bar(
        "%.3f", colour="violet", help_="Empty where the candidate does not know it"
    ),
}
NARROW = {
    "Baseline F1": tables.bar("%.3f", width=128),
    "Candidate F1": tables.bar("%.3f", colour="violet", width=128),
}
"""So narrow that the tests fit beside them."""


def answer(chosen: Chosen) -> str:
    """The page in a few sentences; they call only what was tested, and count what there is."""
    summary, shared = chosen.summary, chosen.changes.dropna(subset=["difference"])
    others = uncalled(shared, paired=chosen.paired)
    rest = f"Of {len(shared):,} shared subreddits, {others}." if others else ""
    said = (subreddits_sentence(summary), rest, label_sets_sentence(summary))
    return words.plain(" ".join(filter(None, said)))


def filtered(changes: pd.DataFrame, *, paired: bool) -> pd.DataFrame:
    """The rows that the filter line leaves."""
    up, down = (BETTER, WORSE) if paired else (HIGHER, LOWER)
    masks = {
        down: changes["verdict"] == WORSE,
        up: changes["verdict"] == BETTER,
        "new": changes["status"] == "added",
        "dropped": changes["status"] == "removed",
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search", key="search", bind="query-params", placeholder="subreddit", width=112
        )
        kind = st.selectbox("Show", (ANY, *masks), key="show", bind="query-params", width=96)
        least = st.number_input(
            "Min. posts",
            min_value=0,
            value=0,
            step=10,
            key="posts",
            bind="query-params",
            width=92,
        )
        topics = [ANY, *sorted(changes["topic"].unique(), key=str.lower)]
        topic = st.selectbox("Topic", topics, key="topic", bind="query-params", width=112)
    rows = changes[masks[kind]] if kind in masks else changes
    if least:
        rows = rows[rows["support"] >= least]
    if text:
        wanted = text.strip().lower().removeprefix("r/")
        rows = rows[rows["subreddit"].str.lower().str.contains(wanted, regex=False)]
    if topic != ANY:
        rows = rows[rows["topic"] == topic]
    with st.container():  # there without a range too: what follows keeps its place
        return in_range(rows)


def in_range(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose change lies in the range that a bar of Compare stands for: ``?from=&to=``."""
    low, high = state.number("from"), state.number("to")
    if low is None and high is None:
        return rows
    ends = [words.signed(end) if end is not None else "any" for end in (low, high)]
    state.removable(f"Change from {ends[0]} to {ends[1]}", "from", "to")
    if low is not None:
        rows = rows[rows["difference"] >= low]
    return rows if high is None else rows[rows["difference"] < high]


def show_table(rows: pd.DataFrame, *, tests: bool, paired: bool) -> list[str]:
    """As its headings order it; the subreddits in the order shown."""
    tested = {
        "Low": rows["interval_low"],
        "High": rows["interval_high"],
        "q": rows["q_value"],
        "Smallest": rows["smallest_change"],
    }
    frame = pd.DataFrame(
        {
            "Subreddit": "r/" + rows["subreddit"],
            "Change": rows["difference"],
            **(tested if tests else {}),
            "Verdict": rows.apply(mark, axis=1, paired=paired),
            "Posts": rows["support"],
            "Baseline F1": rows["f1_baseline"],
            "Candidate F1": rows["f1_candidate"],
        }
    )
    columns = [str(name) for name in frame]
    by = listing.order("subreddit", columns)
    frame = listing.ordered(frame, by)
    shown = rows["subreddit"].loc[frame.index].tolist()
    listing.show(
        Listing(
            name="subreddit",
            frame=frame,
            ids=shown,
            by=by,
            sortable=columns,
            brief=[name for name in columns if not name.endswith(" F1")],
            go=show,
        ),
        COLUMNS | NARROW if tests else COLUMNS,
        alt="F1 of every subreddit, baseline and candidate",
    )
    return shown


def show_scatter(rows: pd.DataFrame, *, paired: bool) -> None:
    """Old against new F1; a clicked subreddit goes into the address."""
    clicked = c.clickable(
        charts.f1_scatter(rows, st.query_params.get("subreddit"), c.colours(), paired=paired),
        key="scatter",
        alt="F1 of the baseline against F1 of the candidate",
    )
    state.follow("subreddit", str(clicked[0]) if clicked else None, by="scatter")


def show_rows(chosen: Chosen, rows: pd.DataFrame) -> list[str]:
    """The subreddits as a table or a figure, and the line that says how to read them; all of them
    in the order shown.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        view = st.segmented_control(
            "View",
            (TABLE, FIGURE),
            default=TABLE,
            required=True,
            key="view",
            bind="query-params",
            label_visibility="collapsed",
        )
        tests = st.toggle(
            "Intervals and q", key="tests", bind="query-params", disabled=view == FIGURE
        )
        for label, make, suffix in (
            ("CSV", as_csv, "csv"),
            ("Parquet", as_parquet, "parquet"),
        ):
            download(chosen, label, make, suffix)
        start = st.container(width="content")
    if view == FIGURE:
        c.reading(
            "Above the line F1 went up, below it went down; only ▲ and ▼ are called. Larger marks"
            " have more posts. Click one for details."
        )
        with st.container(key="figure-place"):
            show_scatter(rows, paired=chosen.paired)
        shown = rows["subreddit"].tolist()
    else:
        shown = show_table(rows, tests=tests, paired=chosen.paired)
    if "subreddit" not in st.query_params:
        with start:
            panes.begin(panes.steps(shown, None), show)
    missed = rows.loc[rows["verdict"] == SAME, "smallest_change"].median()
    if pd.notna(missed):
        st.caption(
            f"{words.count(len(rows), 'subreddit')}. “No change shown” is not “no change”: at the"
            f" median subreddit, a change smaller than {words.three(missed)} would be missed at"
            " least one time in five."
        )
    return shown


def show(subreddit: str) -> None:
    """Put it into the address; a post of another one is read no longer."""
    state.show("subreddit", subreddit)
    state.show("post", None)


def download(
    chosen: Chosen, label: str, make: Callable[[pd.DataFrame], bytes], suffix: str
) -> None:
    """All rows as stored; the file is made when it is asked for."""
    st.download_button(
        label,
        lambda: make(chosen.changes),
        file_name=f"subreddits-{chosen.numbers[0]}-{chosen.numbers[1]}.{suffix}",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        help=f"All {len(chosen.changes):,} rows as stored, regardless of the filters.",
    )


top = c.question("Who wins, who loses?")
chosen = choose(data.all_trainings(), pages.SUBREDDITS, top)
with top:
    c.answer(answer(chosen), generated=chosen.generated)
left, right = panes.side_by_side()
with left:
    rows = filtered(called_first(chosen.changes), paired=chosen.paired)
    if rows.empty:
        c.empty("No subreddit matches these filters.")
        shown = []
    else:
        shown = show_rows(chosen, rows)
subreddit = st.query_params.get("subreddit")
if subreddit:
    with right:
        show_one(chosen, subreddit, panes.steps(shown, subreddit), show)
with st.container(horizontal=True):
    c.way(pages.CHURN, "Which posts changed", chosen.query)
    c.way(pages.COMPARE, "Is it better", chosen.query)
