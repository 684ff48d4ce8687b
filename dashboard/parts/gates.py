"""The gates of a release policy as a table: what fails on top, each with its sentence."""

from collections import Counter
from collections.abc import Callable, Sequence

from core.metrics import METRIC
from core.release.gates import Gate, GateVerdict
from core.release.policy import REVIEW
from dashboard import components as c
from dashboard import words

WAITS = "waits"
"""What a gate does that asks for something nobody has done yet."""
ORDER = (GateVerdict.FAIL, GateVerdict.INCONCLUSIVE, WAITS, GateVerdict.PASS)
MARKS = {
    GateVerdict.FAIL: ":orange[✗]",
    GateVerdict.INCONCLUSIVE: "?",
    WAITS: "○",
    GateVerdict.PASS: ":green[✓]",
}
SAID = {
    GateVerdict.FAIL: ("fails", "fail"),
    GateVerdict.INCONCLUSIVE: ("is undecided", "are undecided"),
    WAITS: ("waits", "wait"),
    GateVerdict.PASS: ("passes", "pass"),
}
NAMES = {
    "non_inferiority": "Macro F1 not worse",
    "no_large_subreddit_down": "No large subreddit down",
    "maximum_churn": "Share of posts that change",
    "maximum_p_at_1_distance": "Change of p@1",
    "minimum_label_coverage": "Share of posts with a known subreddit",
    "maximum_calibration_error": "Calibration error",
    "test_opened": "Fresh sealed test",
    REVIEW: "Reviewed by someone else",
}


def show_gates(gates: Sequence[Gate]) -> None:
    """All gates, those that speak against the candidate first."""
    ordered = sorted(gates, key=lambda gate: ORDER.index(standing(gate)))
    c.table(
        ("Gate", "Value", "Limit", "Why"),
        [
            (
                c.Rich(f"{MARKS[standing(gate)]}{words.NO_BREAK}**{words.plain(name(gate))}**"),
                c.Rich(words.unbroken(value(gate))),
                c.Rich(words.unbroken(limit(gate))),
                gate.why,
            )
            for gate in ordered
        ],
    )


def counted(gates: Sequence[Gate]) -> str:
    """How many gates say what, the worst first: ``✗ 1 fails, ○ 2 wait, ✓ 5 pass`` (Markdown)."""
    counts = Counter(standing(gate) for gate in gates)
    return ", ".join(
        f"{MARKS[kind]} {counts[kind]} {SAID[kind][counts[kind] > 1]}"
        for kind in ORDER
        if counts[kind]
    )


def standing(gate: Gate) -> str:
    """Its verdict; of what a person has yet to do, that it waits."""
    awaited = gate.name in ("test_opened", REVIEW) and gate.value is None
    return WAITS if awaited and gate.verdict == GateVerdict.INCONCLUSIVE else gate.verdict


def name(gate: Gate) -> str:
    """What people call a gate, with its key where it has several."""
    kind, _, key = gate.name.partition(".")
    if kind == "minimum_metric":
        return f"{METRIC[key].name if key in METRIC else key} high enough"
    return f"{NAMES.get(kind, kind)}{f' ({key.upper()})' if key else ''}"


def value(gate: Gate) -> str:
    return "–" if gate.value is None else _form(gate)(gate.value)


def limit(gate: Gate) -> str:
    """The limit, with the side on which a candidate must be."""
    if gate.limit is None:
        return "–"
    shown = _form(gate)(gate.limit)
    kind = gate.name.partition(".")[0]
    return f"{'≥' if kind == 'non_inferiority' or kind.startswith('minimum') else '≤'} {shown}"


def _form(gate: Gate) -> Callable[[float], str]:
    return _FORMS.get(gate.name.partition(".")[0], words.three)


def _days(number: float) -> str:
    return words.count(int(number), "day")


_FORMS: dict[str, Callable[[float], str]] = {
    "non_inferiority": words.signed,
    "no_large_subreddit_down": lambda number: f"{int(number):,}",
    "maximum_churn": words.share,
    "minimum_label_coverage": words.share,
    "test_opened": _days,
}
