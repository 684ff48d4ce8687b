"""How the gates of a candidate stand, in the words that commands and pages share. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from core.metrics import METRIC
from core.release.gate import Gate, GateVerdict
from core.release.policy import NEW_POSTS, REVIEW, TRAINING_AGE
from core.words import count, signed, three

NAMED = 2
"""At most so many failing gates are told with their numbers in one sentence."""


class Standing(StrEnum):
    """What a reviewer wants to know of a gate, in the order in which they want to know it.

    WAITS: it asks for something that nobody has done yet. NOT_APPLICABLE: it compares with a
    version that does not exist.
    """

    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    WAITS = "waits"
    NOT_APPLICABLE = "not applicable"
    PASS = "pass"  # noqa: S105 - not a password


MARKS: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.FAIL: "✗",
        Standing.INCONCLUSIVE: "?",
        Standing.WAITS: "○",
        Standing.NOT_APPLICABLE: "–",
        Standing.PASS: "✓",
    }
)
_SAID = {
    Standing.FAIL: ("fails", "fail"),
    Standing.INCONCLUSIVE: ("is inconclusive", "are inconclusive"),
    Standing.WAITS: ("waits", "wait"),
    Standing.NOT_APPLICABLE: ("not applicable", "not applicable"),
    Standing.PASS: ("passes", "pass"),
}
_OF_VERDICTS = {
    GateVerdict.FAIL: Standing.FAIL,
    GateVerdict.INCONCLUSIVE: Standing.INCONCLUSIVE,
    GateVerdict.PASS: Standing.PASS,
}


def standing(gate: Gate) -> Standing:
    """Its verdict, but where it is inconclusive because something does not exist, or not yet."""
    if gate.verdict != GateVerdict.INCONCLUSIVE:
        return _OF_VERDICTS[gate.verdict]
    if not gate.applies:
        return Standing.NOT_APPLICABLE
    awaited = gate.name in ("test_opened", NEW_POSTS, REVIEW) and gate.value is None
    return Standing.WAITS if awaited else Standing.INCONCLUSIVE


def worst_first(gates: Sequence[Gate]) -> list[Gate]:
    """Those that speak against the candidate first, else in the order of the policy."""
    order = list(Standing)
    return sorted(gates, key=lambda gate: order.index(standing(gate)))


def counted(gates: Sequence[Gate], *, marks: Mapping[Standing, str] = MARKS) -> str:
    """How many gates stand how, the worst first, none left out but what no gate is:
    ``✗ 1 fails, ○ 2 wait, ✓ 5 pass``.
    """
    counts = Counter(map(standing, gates))
    return ", ".join(
        f"{marks[kind]} {counts[kind]} {_SAID[kind][counts[kind] > 1]}"
        for kind in Standing
        if counts[kind]
    )


def failing(gates: Sequence[Gate]) -> str:
    """What fails, with its number and the limit, without a full stop; empty where nothing does."""
    said = [_in_short(gate) for gate in gates if gate.verdict == GateVerdict.FAIL]
    left = len(said) - NAMED
    more = [f"{count(left, 'more gate')} {'fails' if left == 1 else 'fail'}"] if left > 0 else []
    return "; ".join([*said[:NAMED], *more])


def undecided(gates: Sequence[Gate]) -> str:
    """Why the inconclusive ones are, as sentences; empty where none is."""
    return " ".join(gate.why for gate in gates if standing(gate) == Standing.INCONCLUSIVE)


def figure(gate: Gate, number: float) -> str:
    """Its value or its limit as people read it: a share, a difference, days, or a score."""
    kind = gate.name.partition(".")[0]
    if kind in ("non_inferiority", NEW_POSTS, "maximum_calibration_increase"):
        return signed(number)
    if kind in ("maximum_churn", "minimum_label_coverage"):
        return f"{number:.1%}"
    if kind in ("test_opened", TRAINING_AGE):
        return count(int(number), "day")
    return f"{int(number):,}" if kind == "no_large_subreddit_down" else three(number)


def _in_short(gate: Gate) -> str:
    """``distance of p@1 (KS) is 0.307, limit 0.200``; its whole sentence where that says less."""
    kind, _, key = gate.name.partition(".")
    if kind == "minimum_metric" and key in METRIC:
        said: str | None = f"{METRIC[key].spoken or METRIC[key].name} is"
    else:
        said = {
            "non_inferiority": "macro F1 changes by",
            NEW_POSTS: "accuracy on new posts changes by",
            TRAINING_AGE: "the age of the newest training post is",
            "maximum_churn": "the share of posts that change is",
            "maximum_p_at_1_distance": f"distance of p@1 ({_DISTANCES.get(key, key)}) is",
            "minimum_label_coverage": "the share of posts with a known subreddit is",
            "maximum_calibration_error": "calibration error is",
            "maximum_calibration_increase": "calibration error changes by",
        }.get(kind)
    if said is None or gate.value is None or gate.limit is None:
        return gate.why.removesuffix(".")
    value, limit = figure(gate, gate.value), figure(gate, gate.limit)
    if value == limit:  # rounded, it would not seem to fail
        return gate.why.removesuffix(".")
    return f"{said} {value}, limit {limit}"


_DISTANCES = {"ks": "KS", "wasserstein": "Wasserstein", "psi": "PSI"}
