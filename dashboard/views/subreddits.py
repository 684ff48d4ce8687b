"""Who wins, who loses?"""

import pandas as pd
import streamlit as st

from core.comparison.significance import BETTER, FEW, SAME, WITHIN, WORSE
from core.store.models import Evaluation
from dashboard import components as c
from dashboard import data, state, words
from dashboard.charts import comparison as charts
from dashboard.pair import Chosen, choose

SHOWN = ("all", "worse", "better", "new", "dropped")
CONFUSIONS = 5


def answer(chosen: Chosen) -> str:
    """The page in one sentence; it calls only what was tested."""
    labels, shared = chosen.summary["subreddits"], chosen.changes.dropna(subset=["difference"])
    new = f"{labels['added']:,} new, {labels['removed']:,} dropped."
    if labels["better"] is None:
        return (
            f"{len(shared):,} shared subreddits, {new} The two were evaluated on different posts,"
            " so no change is tested."
        )
    same, within, few = ((shared["verdict"] == kind).sum() for kind in (SAME, WITHIN, FEW))
    return (
        f"**{labels['better']:,}** better, **{labels['worse']:,}** worse; in {same:,} of"
        f" {len(shared):,} shared subreddits these posts show no change, {within:,} changed no more"
        f" than retraining does, {few:,} have too few posts to tell; {new}"
    )


def mark(row: pd.Series) -> str:
    """A change in a word and a sign."""
    outside = {"added": "new", "removed": "dropped", "unknown": "known to neither"}
    if row["status"] in outside:
        return outside[row["status"]]
    if pd.isna(row["difference"]):
        return "no posts"
    signs = {BETTER: "▲ better", WORSE: "▼ worse"}
    return signs.get(row["verdict"], row["verdict"] or "not tested")


def worst_first(changes: pd.DataFrame) -> pd.DataFrame:
    """Losses that are called on top, largest first; then all other changes by size."""
    return changes.assign(_called=changes["verdict"] != WORSE).sort_values(
        ["_called", "difference", "subreddit"]
    )


def filtered(changes: pd.DataFrame) -> pd.DataFrame:
    """The rows that the filter line leaves."""
    with st.container(horizontal=True):
        text = st.text_input(
            "Search", key="search", bind="query-params", placeholder="subreddit", width=220
        )
        kind = st.selectbox("Show", SHOWN, key="show", bind="query-params", width=160)
        least = st.number_input(
            "At least … posts",
            min_value=0,
            value=0,
            step=10,
            key="posts",
            bind="query-params",
            width=160,
        )
    rows = changes[changes["support"] >= least] if least else changes
    if text:
        wanted = text.strip().lower().removeprefix("r/")
        rows = rows[rows["subreddit"].str.lower().str.contains(wanted, regex=False)]
    masks = {
        "worse": rows["verdict"] == WORSE,
        "better": rows["verdict"] == BETTER,
        "new": rows["status"] == "added",
        "dropped": rows["status"] == "removed",
    }
    return rows[masks[kind]] if kind in masks else rows


def show_table(rows: pd.DataFrame) -> str | None:
    """Largest loss on top; the subreddit whose row is ticked."""
    frame = pd.DataFrame(
        {
            "Subreddit": "r/" + rows["subreddit"],
            "Change": rows["difference"],
            "Verdict": rows.apply(mark, axis=1),
            "Posts": rows["support"],
            "Baseline F1": rows["f1_baseline"],
            "Candidate F1": rows["f1_candidate"],
        }
    )
    bar = st.column_config.ProgressColumn
    event = st.dataframe(
        frame,
        hide_index=True,
        height=420,
        on_select="rerun",
        selection_mode="single-row",
        key=c.shown_key("changes", rows["subreddit"].tolist()),
        alt="F1 of every subreddit, baseline and candidate",
        column_config={
            "Posts": st.column_config.NumberColumn(format="localized"),
            "Baseline F1": bar(format="%.3f", min_value=0, max_value=1, color="gray"),
            "Candidate F1": bar(format="%.3f", min_value=0, max_value=1, color="violet"),
            "Change": st.column_config.NumberColumn(format="%+.3f"),
        },
    )
    picked = event["selection"]["rows"]
    return str(rows["subreddit"].iloc[picked[0]]) if picked else None


def show_one(chosen: Chosen, subreddit: str) -> None:
    """One subreddit in full: figures, confusions, posts."""
    row = chosen.changes[chosen.changes["subreddit"] == subreddit]
    if row.empty:
        st.warning(f"r/{words.plain(subreddit)} has no posts in this comparison.")
        return
    values = row.iloc[0]
    name = words.plain(subreddit)
    c.section(f"r/{name}", described(values))
    with st.container(horizontal=True):
        for label, key in (("F1", "f1"), ("Precision", "precision"), ("Recall", "recall")):
            before, after = values[f"{key}_baseline"], values[f"{key}_candidate"]
            known = pd.notna(before) and pd.notna(after)
            st.metric(
                label,
                words.three(after) if pd.notna(after) else "–",
                f"{words.signed(after - before)} from {words.three(before)}" if known else None,
                delta_color="gray",
                delta_arrow="off",
                border=True,
                width="stretch",
            )
    left, right = st.columns(2, gap="large")
    for column, side, title in (
        (left, chosen.pair.baseline, chosen.names[0]),
        (right, chosen.pair.candidate, chosen.names[1]),
    ):
        with column:
            st.markdown(f"**Taken for, by {words.plain(title)}**")
            show_confusions(side, subreddit)
    show_posts(chosen, subreddit)


def described(values: pd.Series) -> str:
    """The test of one subreddit in words."""
    head = f"{values['support']:,} posts; {mark(values)}."
    if pd.isna(values.get("p_value")):
        return head
    bounds = [values["interval_low"], values["interval_high"]]
    noise = None if pd.isna(values["band"]) else values["band"]
    return (
        f"{head} Change of F1 {words.signed(values['difference'])}, 95% interval"
        f" {words.interval(bounds)}, p {words.chance(values['p_value'])}, q"
        f" {words.chance(values['q_value'])}, noise of retraining {words.band(noise)}."
        f" These posts would show a change of {words.three(values['smallest_change'])} four times"
        " in five."
    )


def show_confusions(side: Evaluation, subreddit: str) -> None:
    """What the posts of a subreddit are most often taken for."""
    pairs = [p for p in data.summary_of(side)["confusions"] if p["subreddit"] == subreddit]
    if not pairs:
        st.markdown("No other subreddit often enough to be among the commonest confusions.")
    for found in pairs[:CONFUSIONS]:
        posts = words.count(found["posts"], "post")
        st.markdown(f"r/{words.plain(found['predicted'])} :gray[{posts}]")


def show_posts(chosen: Chosen, subreddit: str) -> None:
    """The posts behind the number, those that changed first."""
    if chosen.summary["kind"] != "paired":
        st.caption(
            "The two were evaluated on different posts, so no post can be laid side by side."
        )
        return
    posts = data.subreddit_posts(
        chosen.pair.baseline.execution, chosen.pair.candidate.execution, subreddit
    )
    marks = {"fixed": "▲ fixed", "broken": "▼ broken", "swapped": "⇄ swapped", "same": "= same"}
    changed = int((posts["change"] != "same").sum())
    st.markdown(f"**Posts** :gray[{changed:,} changed of {len(posts):,} shown]")
    frame = pd.DataFrame(
        {
            "Change": posts["change"].map(marks),
            "Title": posts["title"],
            "Baseline says": "r/" + posts["baseline"],
            "p@1": posts["baseline_p"],
            "Candidate says": "r/" + posts["candidate"],
            "p@1 ": posts["candidate_p"],
        }
    )
    number = st.column_config.NumberColumn(format="%.3f", width=60)
    text = st.column_config.TextColumn
    st.dataframe(
        frame,
        hide_index=True,
        key="posts-table",
        alt=f"Posts of r/{subreddit} with both first predictions",
        column_config={
            "Change": text(width=90),
            "Title": text(width=330),
            "Baseline says": text(width=125),
            "Candidate says": text(width=125),
            "p@1": number,
            "p@1 ": number,
        },
    )


top = st.container()
chosen = choose(data.all_trainings())
with top:
    c.head(
        "Who wins, who loses?",
        answer(chosen) if chosen else "Two trainings are needed to tell.",
        generated=chosen is not None and chosen.generated,
    )
if chosen is None:
    st.stop()
rows = filtered(worst_first(chosen.changes))
if rows.empty:
    c.empty("No subreddit fits these filters.")
    st.stop()
ticked = show_table(rows)
names = {name: f"r/{name}" for name in sorted(chosen.changes["subreddit"], key=str.lower)}
if ticked and ticked != st.session_state.get("ticked"):
    state.show("subreddit", ticked)
st.session_state["ticked"] = ticked
subreddit = state.chosen(
    "One subreddit in full", "subreddit", names, default=None, placeholder="Tick a row, or choose"
)
if subreddit:
    show_one(chosen, subreddit)
c.section("Old against new F1", "Above the line the candidate does better. Larger: more posts.")
c.chart(
    charts.f1_scatter(chosen.changes, subreddit, c.colours()),
    key="scatter",
    alt="F1 of the baseline against F1 of the candidate",
)
