"""Lengths of time, as people write them. Pure."""

import re

from core.errors import InputError

SHORTEST = 60.0
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_EVERY = re.compile(r"(\d{1,6})\s*([smhd])")


def seconds_of(text: str, *, option: str = "--every", shortest: float = SHORTEST) -> float:
    """Seconds of ``90s``, ``30m``, ``1h`` or ``1d``.

    Raises:
        InputError: it says no time, or one of less than ``shortest`` seconds.
    """
    match = _EVERY.fullmatch(text.strip().lower())
    seconds = int(match[1]) * _SECONDS[match[2]] if match else -1
    if seconds < shortest:
        least = ", a minute or more" if shortest else ""
        raise InputError(
            f"{option} {text!r} is not a length of time", f"Give one, such as 30m, 1h or 1d{least}."
        )
    return float(seconds)
