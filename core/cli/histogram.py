"""A histogram of the changes of F1 as lines of text."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.arrays import Floats
from core.comparison.results import BETTER, WORSE

BIN = 0.02
REACH = 7
"""Bins on either side of 0; the outermost hold whatever lies further out."""
WIDTH = 40
"""Characters of the longest bar."""
_STYLES = ((WORSE, "dark_orange", "▼"), ("", "grey50", "█"), (BETTER, "dark_cyan", "▲"))
"""Verdict, colour, and the sign that says the same without colour."""


def histogram_lines(changes: Floats, verdicts: Sequence[Any]) -> list[str]:
    """One line a bin, the largest losses first, in rich's markup.

    Bars are made of ▼ (worse), █ (not told apart) and ▲ (better). Empty bins at the ends are left
    out. A bar is shortened in proportion where more subreddits fall in than there is room for; a
    kind that occurs keeps one sign at least.
    """
    place = np.clip(np.floor(changes / BIN).astype(int), -REACH, REACH - 1)
    kinds = np.array([verdict if verdict in (BETTER, WORSE) else "" for verdict in verdicts])
    used = range(int(place.min()), int(place.max()) + 1)
    most = max(int((place == here).sum()) for here in used)
    scale = min(1.0, WIDTH / most)
    lines = []
    for here in used:
        counts = [int(((place == here) & (kinds == kind)).sum()) for kind, _, _ in _STYLES]
        bars = [
            f"[{colour}]{sign * max(1, round(count * scale))}[/]"
            for count, (_, colour, sign) in zip(counts, _STYLES, strict=True)
            if count
        ]
        lines.append(f"{_range(here):>16} │{''.join(bars)} {sum(counts):,}")
    return lines


def _range(place: int) -> str:
    low, high = (f"{edge * BIN:+.2f}".replace("-", "−") for edge in (place, place + 1))
    if place == -REACH:
        return f"below {high}"
    if place == REACH - 1:
        return f"above {low}"
    return f"{low} to {high}"
