"""The comparison in one sentence. Pure; it never says more than the numbers do."""

from typing import Any

from core.comparison.significance import BETTER, WITHIN, WORSE


def verdict_sentence(summary: dict[str, Any], *, baseline: str, candidate: str) -> str:
    """What the numbers say of ``candidate`` (a name such as ``#18``) against ``baseline``.

    The macro F1 decides the first words: better or worse only where its 95% interval leaves out
    0. Noise of retraining is named as not measured as long as it is not.
    """
    macro = summary["metrics"]["f1_macro"]
    head = {
        BETTER: f"{candidate} is better than {baseline}",
        WORSE: f"{candidate} is worse than {baseline}",
        WITHIN: f"The difference between {candidate} and {baseline} is within the noise",
        None: f"{candidate} and {baseline} were evaluated on different posts, so nothing is tested",
    }.get(macro["verdict"], f"No difference between {candidate} and {baseline} is shown")
    return f"{head}: {_macro(macro)}{_posts(summary)}. {_subreddits(summary)}".strip()


def _macro(macro: dict[str, Any]) -> str:
    values = f"macro F1 {_signed(macro['difference'])}"
    if macro["interval"] is None:
        return f"{values} ({macro['candidate']:.3f} against {macro['baseline']:.3f})"
    low, high = (_signed(bound) for bound in macro["interval"])
    noise = "not measured" if macro["noise"] is None else f"±{macro['noise']:.3f}"
    return f"{values} (95% interval {low} to {high}, noise of retraining {noise})"


def _posts(summary: dict[str, Any]) -> str:
    return f" on {summary['posts']:,} posts" if summary["kind"] == "paired" else ""


def _subreddits(summary: dict[str, Any]) -> str:
    labels = summary["subreddits"]
    names = {"better": "better", "worse": "worse", "added": "new", "removed": "no longer known"}
    tested = labels["better"] is not None
    said = [
        f"{labels[key]:,} {word}"
        for key, word in names.items()
        if labels[key] or (tested and key in ("better", "worse"))
    ]
    return f"Subreddits: {', '.join(said)}." if said else ""


def _signed(value: float) -> str:
    """``+0.021``, ``−0.021`` or ``0.000``."""
    rounded = round(value, 3)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{abs(rounded):.3f}"
