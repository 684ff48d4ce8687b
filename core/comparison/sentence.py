"""The comparison in a few sentences. Pure; they never say more than the numbers do."""

from collections.abc import Sequence

from core.comparison.results import (
    BETTER,
    HIGHER,
    LOWER,
    SAME,
    WITHIN,
    WORSE,
    ComparisonSummary,
    LabelChange,
    MetricChange,
)
from core.metrics import METRIC, SPOKEN, Better
from core.words import band, count, interval, listed, signed, three

NAMED = 3
"""At most so many subreddits are named that only one of the models knows."""
_DECIDES = "f1_macro"
_OPPOSITE = {BETTER: WORSE, WORSE: BETTER, HIGHER: LOWER, LOWER: HIGHER}
_HEADS: dict[str, str] = {
    BETTER: "{candidate} is better than {baseline}",
    WORSE: "{candidate} is worse than {baseline}",
    HIGHER: "{candidate} scores higher than {baseline}",
    LOWER: "{candidate} scores lower than {baseline}",
    WITHIN: "The difference{of} between {candidate} and {baseline} is within the noise",
    SAME: "These posts show no difference{of} between {candidate} and {baseline}",
}


def verdict_sentence(summary: ComparisonSummary, *, baseline: str, candidate: str) -> str:
    """What the numbers say of ``candidate`` (a name such as ``#18``) against ``baseline``.

    The macro F1 decides the first words: better or worse only where its 95% interval leaves out
    0 and the noise of retraining is left behind. What else of :data:`core.metrics.SPOKEN` got
    better or worse is named, before any number where it went another way than macro F1. Where the
    models know different subreddits, all of it is on the shared ones. On different posts nothing
    is called better: models and posts cannot be told apart. Noise of retraining is named as not
    measured as long as it is not.
    """
    sentences = [headline(summary, baseline=baseline, candidate=candidate)]
    if summary.subreddits.shared:
        sentences += [subreddits_sentence(summary)]
    sentences += [label_sets_sentence(summary)]
    if summary.subreddits.shared:
        sentences += [_mind(summary)]
    return " ".join(filter(None, sentences))


def headline(summary: ComparisonSummary, *, baseline: str, candidate: str) -> str:
    """The beginning of :func:`verdict_sentence`: whether it is better, in macro F1 and in what
    else.
    """
    if not summary.subreddits.shared:
        return f"{candidate} and {baseline} share no subreddit, so neither is called better."
    first = _called(summary, summary.deciding)
    ways = (BETTER, WORSE) if summary.paired else (HIGHER, LOWER)
    moved = {way: _moved(summary, way) for way in ways}
    head, also = _head(first, moved), ""
    if first in moved and moved[first] and not moved[_OPPOSITE[first]]:
        also = f" Also {first} in {listed(moved[first])}."
    said = head.format(baseline=baseline, candidate=candidate)
    return f"{said}: {_macro(summary.deciding)}{_posts(summary)}.{also}"


def subreddits_sentence(summary: ComparisonSummary) -> str:
    """How many subreddits got better or worse, the largest changes by name, and that there is none
    where there is none; empty where the models share no subreddit.
    """
    labels = summary.subreddits
    if not labels.shared:
        return ""
    beyond = "beyond chance and noise" if summary.noise.known else "beyond chance"
    more, less = (BETTER, WORSE) if summary.paired else (HIGHER, LOWER)
    said = [
        f"{number:,} {way}{_largest(number, changes)}"
        for way, number, changes in (
            (more, labels.better, labels.gains),
            (less, labels.worse, labels.losses),
        )
        if number
    ]
    if not said:
        return f"Subreddits: no change is {beyond}."
    none = "" if len(said) == 2 else f"; no {'loss' if labels.better else 'gain'} is {beyond}"
    return f"Subreddits: {', '.join(said)}{none}."


def label_sets_sentence(summary: ComparisonSummary) -> str:
    """Which subreddits only one of the models knows; empty where there are none."""
    labels = summary.subreddits
    sets = (("New", labels.added_names), ("No longer known", labels.removed_names))
    return " ".join(f"{title}: {_few(names)}." for title, names in sets if names)


def _called(summary: ComparisonSummary, change: MetricChange) -> str:
    """Its verdict; on different posts only which way it went."""
    return (change.verdict or SAME) if summary.paired else change.direction


def _moved(summary: ComparisonSummary, way: str) -> list[str]:
    """What went this way besides the macro F1, each with how far."""
    return [
        f"{metric.spoken} ({_far(metric.key, change)})"
        for metric in SPOKEN
        if metric.key != _DECIDES
        and (change := summary.common.get(metric.key)) is not None
        and _called(summary, change) == way
    ]


def _far(name: str, change: MetricChange) -> str:
    """A difference; both values where a lower one is better, as a sign would mislead."""
    if METRIC[name].better == Better.LOWER:
        return f"{three(change.baseline)} → {three(change.candidate)}"
    return signed(change.difference)


def _head(first: str, moved: dict[str, list[str]]) -> str:
    """The first words, with what went another way than the macro F1 that decides them."""
    head, macro = _HEADS[first], METRIC[_DECIDES].spoken
    if first in moved:
        other = _OPPOSITE[first]
        if not moved[other]:
            return head
        along = listed([macro, *moved[first]])
        return f"{head} in {along}, but {other} in {listed(moved[other])}"
    others = [f"{way} in {listed(those)}" for way, those in moved.items() if those]
    if not others:
        return head.replace("{of}", "")
    return f"{head}, but {{candidate}} is {listed(others)}".replace("{of}", f" in {macro}")


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
        return f" on {count(posts, 'post')}{known}"
    return f" on {count(posts, 'post')}{known}, against {summary.posts_baseline:,} others"


def _mind(summary: ComparisonSummary) -> str:
    if summary.paired:
        return ""
    if summary.one_model:
        return "This is one model on two sets of posts: only the posts differ."
    return "The posts differ as well as the models, so this reflects both."


def _largest(number: int, changes: Sequence[LabelChange]) -> str:
    """The largest changes by name, in brackets; nothing where they are not known."""
    if not changes:
        return ""
    names = [f"r/{c.subreddit} {three(c.baseline)} → {three(c.candidate)}" for c in changes]
    return f" ({'most of all ' if number > len(changes) else ''}{', '.join(names)})"


def _few(names: Sequence[str]) -> str:
    shown = [f"r/{name}" for name in names[:NAMED]]
    return listed([*shown, f"{len(names) - NAMED:,} more"] if len(names) > NAMED else shown)
