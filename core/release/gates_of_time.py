"""Gates about time: how old test and training are, and what posts say that came since. Pure."""

from dataclasses import replace

from core.drift.results import NewestWindow
from core.drift.windows import called
from core.release.gate import Evidence, Gate, GateVerdict, not_inferior, unjudged
from core.release.policy import Limit
from core.words import count, signed


def maximum_training_age(limit: Limit, evidence: Evidence) -> Gate:
    """Of the newest training post, now."""
    most, age = int(limit.value), evidence.training_age
    if age is None:
        why = (
            "It was made elsewhere, at least in part, so the age of its training posts is unknown."
        )
        return unjudged(limit, why, edge=float(most))
    if age < 0:
        return unjudged(limit, "Its newest training post is dated in the future.", edge=float(most))
    kept = age <= most
    return Gate(
        name=limit.name,
        verdict=GateVerdict.PASS if kept else GateVerdict.FAIL,
        value=float(age),
        limit=float(most),
        why=f"Its training posts end {count(age, 'day')} ago,"
        f" {'within' if kept else 'beyond'} the limit of {most:,}.",
    )


def non_inferiority_on_new_posts(limit: Limit, evidence: Evidence) -> Gate:
    """Of the accuracy in the newest window that came after both models' snapshots."""
    found, floor = evidence.new_posts, 0.0 - float(limit.value)  # never -0.0
    if found is None:
        why = (
            "New posts have not been predicted for both models yet: signoff release check does it."
        )
        return unjudged(limit, why, edge=floor)
    if not isinstance(found, NewestWindow):
        gate = unjudged(limit, f"Not applicable: {found.why}", edge=floor)
        return replace(gate, applies=False)
    where = f"In {called(found.begins, found.window)} ({count(found.posts, 'post')})"
    return not_inferior(
        limit,
        f"{where}, accuracy changes by",
        found.change.value,
        found.change.interval,
        floor=floor,
        edge=signed(floor) if floor else "0",
    )


def test_opened(limit: Limit, evidence: Evidence) -> Gate:
    """Neither the split when it was opened nor its answer now may be too old."""
    most = int(limit.value)
    if evidence.tested is None:
        return unjudged(limit, "The sealed test has not been opened.", edge=float(most))
    age, ago = evidence.tested.split_age, evidence.tested.ago
    if min(age, ago) < 0:
        why = "The clock has been set back, so the age is unknown."
        return unjudged(limit, why, edge=float(most))
    if max(age, ago) <= most:
        verdict, words = GateVerdict.PASS, f"both within the limit of {most:,}"
    else:
        verdict, words = GateVerdict.FAIL, f"the limit is {most:,}"
    return Gate(
        name=limit.name,
        verdict=verdict,
        value=float(age),
        limit=float(most),
        why=f"The sealed test was opened {count(age, 'day')} after it was frozen,"
        f" {count(ago, 'day')} ago: {words}.",
    )
