"""One sentence that reads each view of a comparison. Pure; none says more than the numbers do."""

from core.comparison.confusions import OFTENER, RARER, ConfusionChange, ConfusionCounts
from core.comparison.results import HIGHER, LOWER, ComparisonSummary, direction
from core.comparison.thresholds import Match, Thresholds
from core.words import count, listed, share, share_interval, signed_share

RETRAINING = "Retraining alone may do as much: its noise is not measured here."


def confusions_sentence(summary: ComparisonSummary) -> str:
    """How many confused pairs moved beyond chance, and which moved most; empty where the
    comparison has none of it.
    """
    if summary.confused is None or summary.confusions is None:
        return ""
    counts = summary.confused
    if not counts.tested:
        return "No pair of subreddits is confused differently often enough for a test."
    called = _called(counts)
    tested = f"Of {count(counts.tested, 'pair')} of subreddits with enough posts for a test,"
    if not called:
        return f"{tested} none shows a change beyond the chance of these posts."
    most = summary.confusions[0]
    moved = f"{signed_share(most.difference)}, 95% interval {share_interval(most.interval)}"
    said = (
        f"{tested} {called}, beyond the chance of these posts. Most: r/{most.subreddit} taken for"
        f" r/{most.predicted}, {posts_of(most, paired=summary.paired)} ({moved})."
    )
    return said if summary.one_model else f"{said} {RETRAINING}"


def posts_of(pair: ConfusionChange, *, paired: bool) -> str:
    """``31 → 12 of 240 posts``; on different posts with the number of both."""
    if paired:
        return f"{pair.baseline:,} → {pair.candidate:,} of {count(pair.support, 'post')}"
    before = f"{pair.baseline:,} of {pair.support_baseline:,}"
    return f"{before} → {pair.candidate:,} of {count(pair.support, 'post')}"


def threshold_sentence(
    summary: ComparisonSummary, at: float, *, baseline: str, candidate: str
) -> str:
    """How much the candidate answers if it has to be as precise as the baseline is at a p@1 of
    ``at`` or more; empty where the comparison does not have it.

    Args:
        baseline, candidate: names such as ``#18``.
    """
    found = summary.threshold
    if found is None:
        return ""
    match = found.match(at)
    if match is None:
        return f"{baseline} answers no post at p@1 ≥ {at:.2f}."
    held = (
        f"Held to the precision of {baseline} at p@1 ≥ {at:.2f}, right in"
        f" {share(found.baseline.precision(at))} of its answers,"
    )
    if match.candidate is None:
        return (
            f"{held} {candidate} can answer nothing: it is not as precise at any p@1. {baseline}"
            f" answers {_answers(found, match)[0]}."
        )
    went = direction(match.difference, interval=match.interval, noise=None)
    heads = {HIGHER: f"{candidate} answers more", LOWER: f"{candidate} answers less"}
    head = heads.get(went, f"these posts show no difference in how much {candidate} answers")
    before, after = _answers(found, match)
    bounds = f"({signed_share(match.difference)}, 95% interval {share_interval(match.interval)})"
    noise = f" {RETRAINING}" if went in heads and not summary.one_model else ""
    return f"{held} {head}: {after}, against {before} {bounds}.{noise}"


def _called(counts: ConfusionCounts) -> str:
    """``12 are confused less often and 3 more often``; empty for none."""
    ways = ((counts.rarer, RARER), (counts.more_often, OFTENER))
    said = [
        f"{number:,} {'is' if number == 1 else 'are'} {'less often' if way == RARER else way}"
        for number, way in ways
        if number
    ]
    return f"{listed(said)} confused" if said else ""


def _answers(found: Thresholds, match: Match) -> tuple[str, str]:
    """``61.3% of the posts at p@1 ≥ 0.62``, by either side."""
    ends = ((found.baseline, match.baseline), (found.candidate, match.candidate))
    before, after = (
        "none" if at is None else f"{share(side.share(at))} of the posts at p@1 ≥ {at:.2f}"
        for side, at in ends
    )
    return before, after
