"""A histogram of the changes of F1 as lines of text."""

from collections.abc import Sequence
from typing import Any

from core.arrays import Floats
from core.reporting.histogram import SIGNS, bars, binned

_COLOURS = ("dark_orange", "grey50", "dark_cyan")
"""Of each of ``SIGNS``, which say the same without colour."""


def histogram_lines(changes: Floats, verdicts: Sequence[Any]) -> list[str]:
    """One line a bin, the largest losses first, in rich's markup.

    Bars are made of ▼ (worse), █ (not told apart) and ▲ (better). Empty bins at the ends are left
    out. How long a bar is: :func:`core.reporting.histogram.bars`.
    """
    bins = binned(changes, verdicts)
    return [
        f"{each.reach:>16} │{_coloured(lengths)} {each.total:,}"
        for each, lengths in zip(bins, bars(bins), strict=True)
    ]


def _coloured(lengths: Sequence[int]) -> str:
    return "".join(
        f"[{colour}]{sign * length}[/]"
        for colour, sign, length in zip(_COLOURS, SIGNS, lengths, strict=True)
        if length
    )
