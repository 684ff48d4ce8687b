"""Numbers in words: what the command line and the pages say alike."""

from collections.abc import Sequence


def count(number: int, thing: str, plural: str | None = None) -> str:
    """``1 candidate``, ``2 candidates``, ``1,200 posts``.

    Args:
        plural: where it is not ``thing`` with an s: ``count(2, "entry", "entries")``.
    """
    return f"{number:,} {thing if number == 1 else plural or f'{thing}s'}"


def byte_size(size: float) -> str:
    """``812 bytes``, ``3.2 MiB``, ``1,024.0 GiB``."""
    if size < 1024:
        return count(int(size), "byte")
    for unit in ("KiB", "MiB"):
        size /= 1024
        if size < 1024:
            return f"{size:.1f} {unit}"
    return f"{size / 1024:,.1f} GiB"


def listed(things: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; empty for none."""
    *but_last, last = things or [""]
    return f"{', '.join(but_last)} and {last}" if but_last else last


def three(value: float | None) -> str:
    """Three decimals, as for every score: ``0.438``; a dash for nothing."""
    return "–" if value is None else f"{value:.3f}"


def signed(value: float) -> str:
    """A difference: ``+0.021`` or ``−0.021``, the sign never a mere hyphen; ``±0.000`` where
    nothing is left.
    """
    return _with_sign(round(value, 3), f"{abs(value):.3f}")


def signed_share(value: float) -> str:
    """A difference of shares in percentage points: ``+2.1 points``, ``±0.0 points``."""
    return f"{points(value)} points"


def points(value: float) -> str:
    """A difference of shares in percentage points, without the unit: ``+2.1``, ``±0.0``."""
    return _with_sign(round(value, 3), f"{abs(value):.1%}".removesuffix("%"))


def interval(bounds: tuple[float, float]) -> str:
    """Of a difference: ``+0.015 to +0.024``. An end beside 0 is never rounded to it: whether an
    interval includes 0 is what it is read for.
    """
    return " to ".join(signed(end) if _survives(end) else _least(end, 0.0001) for end in bounds)


def share_interval(bounds: tuple[float, float]) -> str:
    """Of a difference of shares in percentage points: ``+1.5 to +2.4 points``."""
    ends = [points(end) if _survives(end) else _least(100 * end, 0.01) for end in bounds]
    return f"{' to '.join(ends)} points"


def share(value: float | None) -> str:
    """``27.9%``; a dash for nothing."""
    return "–" if value is None else f"{value:.1%}"


def band(half_width: float | None) -> str:
    """``±0.004``, or that it is not measured."""
    return "not measured" if half_width is None else f"±{half_width:.3f}"


def chance(probability: float) -> str:
    """A p- or q-value: ``0.013``, or ``< 0.001``."""
    return "< 0.001" if probability < 0.001 else f"{probability:.3f}"


def _survives(end: float) -> bool:
    """Whether it is 0 exactly, or not rounded to it."""
    return end == 0 or round(end, 3) != 0


def _least(end: float, least: float) -> str:
    """With a decimal more than others have, and at least the ``least`` that this can say."""
    size = max(abs(end), least)
    return _with_sign(end, f"{size:.{4 if least < 0.001 else 2}f}")


def _with_sign(rounded: float, size: str) -> str:
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"
    return f"{sign}{size}"
