"""Posts whose first prediction differs between two models. Pure."""

from dataclasses import dataclass

from core.arrays import Bools, Ints


@dataclass(frozen=True, slots=True)
class Churn:
    """Masks over the posts, shape (n,) each; the three never overlap.

    ``fixed``: wrong before, right now. ``broken``: right before, wrong now. ``swapped``: wrong
    both times, differently.
    """

    fixed: Bools
    broken: Bools
    swapped: Bools

    @property
    def changed(self) -> Bools:
        return self.fixed | self.broken | self.swapped


def churn(truth: Ints, baseline: Ints, candidate: Ints) -> Churn:
    """Compare two first predictions of the same posts. Shapes (n,), labels in one numbering."""
    before, after = baseline == truth, candidate == truth
    return Churn(
        fixed=~before & after,
        broken=before & ~after,
        swapped=~before & ~after & (baseline != candidate),
    )
