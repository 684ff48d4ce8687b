"""Intervals of what is looked at again and again while it grows: with 95% chance the true value is
in every one of them, however often one looks and whenever one stops. The usual 95% interval
promises that for one look only.
"""

import math

from scipy import special

from core.stats.intervals import LEVEL

_MISS = 1 - LEVEL
_EDGE = 1e-15


def share_sequence(count: int, posts: int) -> tuple[float, float]:
    """The confidence sequence of a share (Robbins 1970): the values that a mixture of all shares,
    weighed by Jeffreys' prior, does not outdo twentyfold (Ville's inequality).

    Args:
        count: posts of the kind so far, from 0 to ``posts``, of which there is at least 1.
    """
    from scipy import optimize  # loading it takes a second, which most commands need not spend

    others, share = posts - count, count / posts
    mixture = special.betaln(count + 0.5, others + 0.5) - special.betaln(0.5, 0.5)

    def outdone(value: float) -> float:
        likelihood = special.xlogy(count, value) + special.xlog1py(others, -value)
        return float(mixture - likelihood + math.log(_MISS))

    low = optimize.brentq(outdone, _EDGE, share) if count else 0.0
    high = optimize.brentq(outdone, share, 1 - _EDGE) if others else 1.0
    return float(low), float(high)


def mean_sequence(error: float, *, scale: float) -> float:
    """Half the width of the confidence sequence of a mean, or of a difference of two (Johari,
    Pekelis & Walsh 2017; for other than normal values it holds as samples grow, Waudby-Smith et
    al. 2024).

    Args:
        error: its standard error now, 0 where nothing varies.
        scale: the size of the effects to detect soonest.
    """
    if not error:
        return 0.0
    ratio = (scale / error) ** 2
    return error * math.sqrt((1 + 1 / ratio) * (math.log1p(ratio) - 2 * math.log(_MISS)))
