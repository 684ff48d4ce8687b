"""The comparison in one sentence. Pure; it never says more than the numbers do."""

from core.comparison.results import (
    BETTER,
    SAME,
    WITHIN,
    WORSE,
    ComparisonSummary,
    Judgement,
    MetricChange,
)
from core.words import band, interval, signed


def verdict_sentence(summary: ComparisonSummary, *, baseline: str, candidate: str) -> str:
    """What the numbers say of ``candidate`` (a name such as ``#18``) against ``baseline``.

    The macro F1 decides the first words: better or worse only where its 95% interval leaves out
    0. Where the models know different subreddits it is that on the shared ones. On different
    posts nothing is called better: models and posts cannot be told apart. Noise of retraining is
    named as not measured as long as it is not.
    """
    macro = summary.deciding
    heads = _HEADS if summary.paired else _HEADS_UNPAIRED
    head = heads[macro.verdict or SAME].format(baseline=baseline, candidate=candidate)
    numbers = f"{_macro(macro)}{_posts(summary)}"
    return f"{head}: {numbers}. {_subreddits(summary)}{_mind(summary)}"


_HEADS: dict[Judgement, str] = {
    BETTER: "{candidate} is better than {baseline}",
    WORSE: "{candidate} is worse than {baseline}",
    WITHIN: "The difference between {candidate} and {baseline} is within the noise",
    SAME: "These posts show no difference between {candidate} and {baseline}",
}
_HEADS_UNPAIRED: dict[Judgement, str] = {
    BETTER: "{candidate} scores higher than {baseline}",
    WORSE: "{candidate} scores lower than {baseline}",
    WITHIN: _HEADS[WITHIN],
    SAME: _HEADS[SAME],
}


def _macro(macro: MetricChange) -> str:
    bounds = interval(macro.interval) if macro.interval else "unknown"
    return (
        f"macro F1 {signed(macro.difference)}"
        f" (95% interval {bounds}, noise of retraining {band(macro.noise)})"
    )


def _posts(summary: ComparisonSummary) -> str:
    sets = summary.label_sets
    posts = sets.shared.posts if sets else summary.posts
    known = (
        f" of the {summary.subreddits.shared:,} subreddits that both models know" if sets else ""
    )
    if summary.paired:
        return f" on {posts:,} posts{known}"
    return f" on {posts:,} posts{known}, against {summary.posts_baseline:,} others"


def _mind(summary: ComparisonSummary) -> str:
    if summary.paired:
        return ""
    if summary.one_model:
        return " This is one model on two sets of posts: only the posts differ."
    return " The posts differ as well as the models, so this reflects both."


def _subreddits(summary: ComparisonSummary) -> str:
    labels = summary.subreddits
    more, less = ("better", "worse") if summary.paired else ("higher", "lower")
    words = [f"{labels.better:,} {more}", f"{labels.worse:,} {less}"]
    if labels.added:
        words.append(f"{labels.added:,} new")
    if labels.removed:
        words.append(f"{labels.removed:,} no longer known")
    return f"Subreddits: {', '.join(words)}."
