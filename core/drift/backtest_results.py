"""What a backtest found, as values: stored, printed as JSON and shown on pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.drift.results import Measured

FIGURES = ("accuracy", "f1_macro", "recall_at_5", "p_at_1_mean")
"""What is measured, by metric."""


@dataclass(frozen=True, slots=True)
class OfTopic:
    """The posts of a topic group's subreddits, and the share whose first prediction is right."""

    posts: int
    accuracy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a model did on the posts from ``begins`` to before ``ends``, in epoch seconds.

    ``age``: 0 for its own validation posts, 1 for the first window after its cut-off. ``posts``: 1
    or more. ``figures``: by metric, see :data:`FIGURES`; a model of few subreddits may lack some.
    ``topics``: by name; empty without topic groups. ``expected``: what the model's own
    probabilities say of the figures, see :data:`core.drift.figures.EXPECTED`; empty in older
    results.
    """

    age: int
    begins: int
    ends: int
    posts: int
    figures: Mapping[str, Measured]
    topics: Mapping[str, OfTopic]
    expected: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model of a backtest.

    ``training``, ``predicting``: its executions. ``model``: its digest. ``cutoff``: it knows no
    post from then on; ``validated_since``: of those before, it was validated on the posts from
    here on, and trained on the ``posts`` before. Both in epoch seconds. ``validation``: None if no
    post of it is left. ``later``: by age; windows without posts are not in it. ``recalibrated``:
    its cells' expected accuracy is; that of older results is not.
    """

    training: int
    predicting: int
    model: str
    cutoff: int
    validated_since: int
    posts: int
    validation: Cell | None
    later: tuple[Cell, ...]
    recalibrated: bool = False

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All that was measured, by age."""
        return self.later if self.validation is None else (self.validation, *self.later)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What validating on a tenth drawn at random says, at the newest cut-off.

    ``training``: of the model that did not learn from that tenth. ``posts``: of the tenth.
    """

    training: int
    posts: int
    figures: Mapping[str, Measured]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Models of one configuration, trained at one moment after the other.

    ``snapshot``: digest. ``configuration``: digest of family and parameters, see
    :func:`core.comparison.noise.configuration`. ``every``: as :class:`core.drift.cutoffs.Every`
    reads it. ``models``: the oldest first. ``too_early``: so many more periods begin before there
    are enough posts to train on. ``promise``: None if no post of its tenth is left.
    """

    execution: int
    snapshot: str
    family: str
    configuration: str
    every: str
    models: tuple[Trained, ...]
    promise: Promise | None
    too_early: int

    @property
    def topics(self) -> tuple[str, ...]:
        """The topic groups that any cell has, by name."""
        cells = [cell for model in self.models for cell in model.cells]
        return tuple(sorted({name for cell in cells for name in cell.topics}))
