"""How the posts came: the last imports and collections, and how subreddits were met."""

from collections.abc import Mapping, Sequence

from core.collect.subreddits import last_outcomes
from core.executions import Execution, listing
from dashboard import components as c
from dashboard import data, pages, words

KINDS = ("import", "collect", "generate")
"""Steps that bring posts."""
LAST = 5


def show_arrivals() -> None:
    """The last runs that brought posts, and what became of what they read."""
    c.section(
        "How the posts arrived",
        "Newest first. The log of each run lists every row that was skipped.",
    )
    runs = listing(data.store(), kinds=KINDS, limit=LAST)
    c.table(
        ("Run", "Began (UTC)", "Read", "New", "Changed", "Skipped"),
        [_row(run) for run in runs],
    )
    outcomes = last_outcomes(data.store())
    if not outcomes:
        return
    c.reading(
        "Result of the last collection from each subreddit. For the full list, run `signoff"
        " subreddits list`."
    )
    c.table(
        ("Outcome", "Subreddits", "Last (UTC)"),
        [
            (
                (met.outcome or "").replace("_", " "),
                f"{met.subreddits:,}",
                c.Rich(words.unbroken(words.minute(met.latest))) if met.latest else "–",
            )
            for met in outcomes
        ],
    )


def _row(run: Execution) -> Sequence[str | c.Link | c.Rich]:
    status = "" if run.status == "succeeded" else f", {run.status}"
    link = c.Link(
        f"#{run.number} {run.kind}{status}", pages.EXECUTION, {"execution": str(run.number)}
    )
    counts = [_count(run.metrics, name) for name in ("read", "inserted", "updated")]
    return (
        link,
        c.Rich(words.unbroken(words.minute(run.started_at))),
        *counts,
        skipped(run.metrics.get("skipped", {})),
    )


def skipped(reasons: Mapping[str, int]) -> str:
    """How many rows were left out, and why: ``12 no text, 3 deleted``."""
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{posts:,} {reason.replace('_', ' ')}" for reason, posts in ordered) or "–"


def _count(metrics: Mapping[str, int], name: str) -> str:
    return f"{metrics[name]:,}" if name in metrics else "–"
