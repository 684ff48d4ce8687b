"""The comparison in one sentence. Pure; it never says more than the numbers do."""

from typing import Any

from core.comparison.significance import BETTER, SAME, WITHIN, WORSE


def verdict_sentence(summary: dict[str, Any], *, baseline: str, candidate: str) -> str:
    """What the numbers say of ``candidate`` (a name such as ``#18``) against ``baseline``.

    The macro F1 decides the first words: better or worse only where its 95% interval leaves out
    0. Where the models know different subreddits it is that on the shared ones. On different
    posts nothing is called better: models and posts cannot be told apart. Noise of retraining is
    named as not measured as long as it is not.
    """
    sets = summary.get("label_sets")
    macro = (sets["shared"] if sets else summary)["metrics"]["f1_macro"]
    paired = summary["kind"] == "paired"
    head = (_HEADS if paired else _HEADS_UNPAIRED)[macro["verdict"]]
    said = head.format(baseline=baseline, candidate=candidate)
    numbers = f"{_macro(macro)}{_posts(summary)}"
    return f"{said}: {numbers}. {_subreddits(summary)}{_mind(summary)}"


_HEADS = {
    BETTER: "{candidate} is better than {baseline}",
    WORSE: "{candidate} is worse than {baseline}",
    WITHIN: "The difference between {candidate} and {baseline} is within the noise",
    SAME: "No difference between {candidate} and {baseline} is shown",
}
_HEADS_UNPAIRED = {
    BETTER: "{candidate} scores higher than {baseline}",
    WORSE: "{candidate} scores lower than {baseline}",
    WITHIN: _HEADS[WITHIN],
    SAME: _HEADS[SAME],
}


def _macro(macro: dict[str, Any]) -> str:
    low, high = (signed(bound) for bound in macro["interval"])
    noise = "not measured" if macro["noise"] is None else f"±{macro['noise']:.3f}"
    return (
        f"macro F1 {signed(macro['difference'])}"
        f" (95% interval {low} to {high}, noise of retraining {noise})"
    )


def _posts(summary: dict[str, Any]) -> str:
    sets = summary.get("label_sets")
    posts = sets["shared"]["posts"] if sets else summary["posts"]
    known = f" of the {summary['subreddits']['shared']:,} subreddits that both know" if sets else ""
    if summary["kind"] == "paired":
        return f" on {posts:,} posts{known}"
    return f" on {posts:,} posts{known} against {summary['posts_baseline']:,} others"


def _mind(summary: dict[str, Any]) -> str:
    if summary["kind"] == "paired":
        return ""
    if summary.get("one_model"):
        return " One model on two sets of posts: what differs is the posts."
    return " The posts differ as well as the models, so this tells of both together."


def _subreddits(summary: dict[str, Any]) -> str:
    labels = summary["subreddits"]
    names = {"better": "better", "worse": "worse", "added": "new", "removed": "no longer known"}
    if summary["kind"] != "paired":
        names |= {"better": "higher", "worse": "lower"}
    said = [
        f"{labels[key]:,} {word}"
        for key, word in names.items()
        if labels[key] or key in ("better", "worse")
    ]
    return f"Subreddits: {', '.join(said)}."


def signed(value: float) -> str:
    """``+0.021``, ``−0.021`` or ``0.000``."""
    rounded = round(value, 3)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{abs(rounded):.3f}"
