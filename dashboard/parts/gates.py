"""The gates of a release policy as a table: what fails on top, each with its sentence."""

from collections.abc import Sequence

from core.metrics import METRIC
from core.release import standing as standings
from core.release.gate import Gate
from core.release.policy import NEW_POSTS, REVIEW, TRAINING_AGE
from core.release.standing import MARKS, Standing
from dashboard import components as c
from dashboard import words

COLOURED = {**MARKS, Standing.FAIL: ":orange[✗]", Standing.PASS: ":green[✓]"}
"""Marks as Markdown."""
NAMES = {
    "non_inferiority": "Macro F1 not worse",
    "no_large_subreddit_down": "No large subreddit down",
    "maximum_churn": "Share of posts that change",
    "maximum_p_at_1_distance": "Change of p@1",
    "minimum_label_coverage": "Share of posts with a known subreddit",
    "maximum_calibration_error": "Calibration error",
    "maximum_calibration_increase": "Change of the calibration error",
    TRAINING_AGE: "Age of the newest training post",
    NEW_POSTS: "Accuracy on new posts not worse",
    "test_opened": "Fresh sealed test",
    REVIEW: "Reviewed by someone else",
}


def show_gates(gates: Sequence[Gate]) -> None:
    """All gates, those that speak against the candidate first."""
    c.table(
        ("Gate", "Value", "Limit", "Why"),
        [
            (
                c.Rich(
                    f"{COLOURED[standings.standing(gate)]}{words.NO_BREAK}**{words.plain(name(gate))}**"
                ),
                c.Rich(words.unbroken(value(gate))),
                c.Rich(words.unbroken(limit(gate))),
                gate.why,
            )
            for gate in standings.worst_first(gates)
        ],
    )


def counted(gates: Sequence[Gate]) -> str:
    """See :func:`core.release.standing.counted` (Markdown)."""
    return standings.counted(gates, marks=COLOURED)


def name(gate: Gate) -> str:
    """What people call a gate, with its key where it has several."""
    return called(gate.name)


def called(gate: str) -> str:
    """The same of the name that gates and policies have for it."""
    kind, _, key = gate.partition(".")
    if kind == "minimum_metric":
        return f"{METRIC[key].name if key in METRIC else key} high enough"
    return f"{NAMES.get(kind, kind)}{f' ({key.upper()})' if key else ''}"


def value(gate: Gate) -> str:
    """What was measured; a count of losses among no subreddits is not shown as one."""
    undecided = standings.standing(gate) == Standing.INCONCLUSIVE
    if gate.value is None or (undecided and gate.name == "no_large_subreddit_down"):
        return "–"
    return standings.figure(gate, gate.value)


def limit(gate: Gate) -> str:
    """The limit, with the side on which a candidate must be."""
    if gate.limit is None:
        return "–"
    shown = standings.figure(gate, gate.limit)
    kind = gate.name.partition(".")[0]
    at_least = kind in ("non_inferiority", NEW_POSTS) or kind.startswith("minimum")
    return f"{'≥' if at_least else '≤'} {shown}"
