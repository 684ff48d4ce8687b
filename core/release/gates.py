"""What the evidence says of each limit of the policy. Pure.

A gate fails only where the whole 95% interval lies beyond its limit, and passes only where the
whole interval keeps to it. What could not be judged is inconclusive, never passed.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from core.access.names import same_person
from core.comparison.results import WORSE, ComparisonSummary, MetricChange
from core.release import gates_of_time
from core.release.gate import (
    Evidence,
    Gate,
    GateVerdict,
    by_interval,
    by_value,
    not_inferior,
    unjudged,
)
from core.release.policy import Limit, Policy
from core.release.policy_tables import NOISE
from core.stats.shares import share_interval
from core.words import share, signed

NAMED = 5
"""At most this number of subreddits is named in a sentence."""


def judge(policy: Policy, evidence: Evidence) -> tuple[Gate, ...]:
    """The answer of every gate, in the order of the policy. Where nobody knows what the candidate
    was trained on, one more, which no policy can switch off, says so.
    """
    gates = tuple(_judged(limit, evidence) for limit in policy.limits)
    return gates if evidence.training_known else (_UNKNOWN_TRAINING, *gates)


def _judged(limit: Limit, evidence: Evidence) -> Gate:
    gate = _JUDGES[limit.gate](limit, evidence)
    if evidence.comparable or limit.gate not in _COMPARING:
        return gate
    why = f"Not applicable: {evidence.missing[:1].lower()}{evidence.missing[1:]}"
    return replace(gate, applies=False, why=why)


_UNKNOWN_TRAINING = Gate(
    name="training_posts",
    verdict=GateVerdict.INCONCLUSIVE,
    why="It was made elsewhere, at least in part, and nobody has said which posts it was trained"
    " on: it may have seen posts that judge it.",
)


def overall(gates: Iterable[Gate]) -> GateVerdict:
    """``fail`` if one fails, else ``inconclusive`` if one is or there are none, else ``pass``."""
    verdicts = {gate.verdict for gate in gates} or {GateVerdict.INCONCLUSIVE}
    order = (GateVerdict.FAIL, GateVerdict.INCONCLUSIVE, GateVerdict.PASS)
    return next(verdict for verdict in order if verdict in verdicts)


def _non_inferiority(limit: Limit, evidence: Evidence) -> Gate:
    """Of the macro F1, where label sets differ on the subreddits that both models know."""
    summary, missing = _paired(evidence)
    macro, where = _macro_f1(summary) if summary else (None, "")
    by_noise = limit.value == NOISE
    margin = (macro.noise if macro else None) if by_noise else float(limit.value)
    floor = None if margin is None else 0.0 - margin  # never -0.0
    if summary is None:
        return unjudged(limit, missing, edge=floor)
    if macro is None:
        return unjudged(limit, "The models share no subreddit that has posts.", edge=floor)
    if floor is None:
        why = "The noise of retraining has not been measured."
        return unjudged(limit, why, edge=None)
    if macro.interval is None:
        return unjudged(limit, "The comparison has no interval of macro F1.", edge=floor)
    return not_inferior(
        limit,
        f"Macro F1{where} changes by",
        macro.difference,
        macro.interval,
        floor=floor,
        edge=f"{signed(floor) if floor else '0'}{', the noise of retraining' if by_noise else ''}",
    )


def _minimum_metric(limit: Limit, evidence: Evidence) -> Gate:
    value, interval = evidence.metrics.get(limit.key), evidence.intervals.get(limit.key)
    return by_interval(limit, f"The candidate's {limit.key} is", value, interval, at_least=True)


def _no_large_subreddit_down(limit: Limit, evidence: Evidence) -> Gate:
    summary, missing = _paired(evidence)
    if summary is None or evidence.changes is None:
        return unjudged(limit, missing, edge=0.0)
    fewest = int(limit.value)
    large = evidence.changes[evidence.changes["support"] >= fewest]
    shared, gone = large[large["status"] == "shared"], large[large["status"] == "removed"]
    down = shared[shared["verdict"] == WORSE].sort_values("difference")
    among = f"Among the shared subreddits with {fewest:,} posts or more ({len(shared):,}),"
    if len(down):
        lost = [
            f"r/{name} ({signed(change)} on {posts:,} posts)"
            for name, change, posts in zip(
                down["subreddit"], down["difference"], down["support"], strict=True
            )
        ]
        verb = "is" if len(down) == 1 else "are"
        unknown = "" if summary.noise.known else "; the noise of retraining was not measured"
        why = f"{among} {len(down):,} {verb} significantly worse: {_named(lost)}{unknown}."
        verdict = GateVerdict.FAIL
    elif len(gone):
        lost = [f"r/{name}" for name in gone["subreddit"]]
        why = f"The candidate no longer knows {_named(lost)}: a person must judge this."
        verdict = GateVerdict.INCONCLUSIVE
    elif shared.empty:
        why = f"No shared subreddit has {fewest:,} posts or more, so none could be judged."
        verdict = GateVerdict.INCONCLUSIVE
    else:
        why = f"{among} none is significantly worse."
        verdict = GateVerdict.PASS
    return Gate(name=limit.name, verdict=verdict, value=float(len(down)), limit=0.0, why=why)


def _maximum_churn(limit: Limit, evidence: Evidence) -> Gate:
    summary, missing = _paired(evidence)
    if summary is None or summary.churn is None:
        return unjudged(limit, missing, edge=float(limit.value))
    changed, posts = summary.churn.changed, summary.posts
    said = "The share of posts whose first prediction changes is"
    return by_interval(
        limit,
        said,
        changed / posts,
        share_interval(changed, posts),
        at_least=False,
        shown=share,
    )


def _maximum_p_at_1_distance(limit: Limit, evidence: Evidence) -> Gate:
    summary, missing = _paired(evidence)
    if summary is None:
        return unjudged(limit, missing, edge=float(limit.value))
    shift = summary.p_at_1
    name, value = {
        "ks": ("KS", shift.ks),
        "wasserstein": ("Wasserstein", shift.wasserstein),
        "psi": ("PSI", shift.psi),
    }[limit.key]
    said = f"The distance between the two distributions of p@1 ({name}) is"
    return by_value(limit, said, value, at_least=False)


def _minimum_label_coverage(limit: Limit, evidence: Evidence) -> Gate:
    value = evidence.metrics.get("label_coverage")
    said = "The share of posts whose subreddit the candidate knows is"
    return by_value(limit, said, value, at_least=True, shown=share)


def _maximum_calibration_error(limit: Limit, evidence: Evidence) -> Gate:
    value, interval = evidence.metrics.get("ece"), evidence.intervals.get("ece")
    said = "The candidate's calibration error is"
    return by_interval(limit, said, value, interval, at_least=False)


def _maximum_calibration_increase(limit: Limit, evidence: Evidence) -> Gate:
    """Against production, where label sets differ on the subreddits that both models know."""
    summary, missing = _paired(evidence)
    if summary is None:
        return unjudged(limit, missing, edge=float(limit.value))
    error = summary.common.get("ece")
    value, interval = (error.difference, error.interval) if error else (None, None)
    where = " on the shared subreddits" if summary.label_sets else ""
    said = f"Compared with production, the calibration error{where} changes by"
    return by_interval(limit, said, value, interval, at_least=False, shown=signed)


def _reviewed_by_someone_else(limit: Limit, evidence: Evidence) -> Gate:
    author, reviewer = evidence.proposed_by, evidence.reviewed_by
    if author is None or reviewer is None:
        why = "It has not been proposed yet." if author is None else "Nobody has reviewed it yet."
        return unjudged(limit, why, edge=None)
    said = f"{reviewer} reviewed what {author} proposed"
    if not same_person(reviewer, author):
        verdict, rest = GateVerdict.PASS, ""
    elif limit.value:
        verdict, rest = GateVerdict.PASS, ", which the policy allows for a team of one"
    else:
        verdict, rest = GateVerdict.FAIL, ": it must be someone else"
    return Gate(name=limit.name, verdict=verdict, why=f"{said}{rest}.")


_JUDGES: dict[str, Callable[[Limit, Evidence], Gate]] = {
    "non_inferiority": _non_inferiority,
    "minimum_metric": _minimum_metric,
    "no_large_subreddit_down": _no_large_subreddit_down,
    "maximum_churn": _maximum_churn,
    "maximum_p_at_1_distance": _maximum_p_at_1_distance,
    "minimum_label_coverage": _minimum_label_coverage,
    "maximum_calibration_error": _maximum_calibration_error,
    "maximum_calibration_increase": _maximum_calibration_increase,
    "maximum_training_age": gates_of_time.maximum_training_age,
    "non_inferiority_on_new_posts": gates_of_time.non_inferiority_on_new_posts,
    "test_opened": gates_of_time.test_opened,
    "reviewed_by_someone_else": _reviewed_by_someone_else,
}
_COMPARING = (
    "non_inferiority",
    "no_large_subreddit_down",
    "maximum_churn",
    "maximum_p_at_1_distance",
    "maximum_calibration_increase",
    "non_inferiority_on_new_posts",
)
"""Gates that compare with the version in production."""


def _paired(evidence: Evidence) -> tuple[ComparisonSummary | None, str]:
    """The comparison's summary, or None and why nothing can be judged by it."""
    if evidence.summary is None:
        return None, evidence.missing
    if not evidence.summary.paired:
        return None, "The two models were compared on different posts, so posts differ as well."
    return evidence.summary, ""


def _macro_f1(summary: ComparisonSummary) -> tuple[MetricChange | None, str]:
    """Macro F1 of both models, and words for where; None where they share no posts' subreddit."""
    if summary.label_sets:
        return summary.deciding, " on the shared subreddits"
    if summary.subreddits.added or summary.subreddits.removed:
        return None, ""
    return summary.deciding, ""


def _named(those: list[str]) -> str:
    more = f" and {len(those) - NAMED:,} more" if len(those) > NAMED else ""
    return ", ".join(those[:NAMED]) + more
