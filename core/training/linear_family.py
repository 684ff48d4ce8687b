"""Linear support vector machines on n-grams of words and characters (Joachims 1998, "Text
Categorization with Support Vector Machines").
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import SignoffError
from core.progress import Progress
from core.store.artifacts import storage_errors
from core.training.calibration import learned
from core.training.classifier import Fitted
from core.training.linear.loading import load
from core.training.parameters import Parameter

if TYPE_CHECKING:  # see core/training/classifier.py
    from core.snapshots.content import SplitData

SMALL = 400_000_000
"""Posts times subreddits, which the time of a training is in proportion to: about five minutes of
one core with four passes over words and characters. Beyond, words are read twice."""
# Chosen on the real posts; the figures are in docs/models.md.
PARAMETERS = (
    Parameter(
        name="C",
        title="cost of errors",
        kind=float,
        default=0.15,
        low=0.0001,
        high=1_000,
        tried=(0.03, 1),
        help="How much errors cost: larger fits the posts more closely.",
    ),
    Parameter(
        name="epochs",
        kind=int,
        said="{} epochs",
        default=None,
        low=1,
        high=1_000,
        tried=(2, 8),
        help="Passes over the posts; auto: 4, or 2 for very many posts and subreddits.",
    ),
    Parameter(
        name="positive",
        title="cost of errors on own posts",
        kind=float,
        default=5.0,
        low=0.01,
        high=1_000,
        tried=(1, 12),
        help="How many times as much an error costs on a subreddit's own posts as on others.",
    ),
    Parameter(
        name="half_life",
        title="half-life of posts in days",
        kind=float,
        default=180.0,
        high=100_000,
        tried=(45, 1_000),
        help="Days after which a post counts about half; 0: old posts count as much as new ones.",
    ),
    Parameter(
        name="characters",
        title="weight of character n-grams",
        kind=float,
        default=None,
        high=100,
        tried=(0.3, 1.2),
        help="How much n-grams of characters count, compared with words; 0: not read; auto: 0.6, or"
        " 0 for very many posts and subreddits.",
    ),
    Parameter(
        name="domain",
        title="weight of the domain",
        kind=float,
        default=0.0,
        high=100,
        tried=(0.2, 1.2),
        help="How much the domain that a post links to counts, compared with words; 0: not read.",
    ),
    Parameter(
        name="domain_dropout",
        title="domains withheld in training",
        kind=float,
        default=0.2,
        high=1,
        help="Share of training posts whose domain is withheld, so that the model learns to do"
        " without.",
    ),
    Parameter(
        name="min_df",
        title="fewest posts of an n-gram",
        kind=int,
        default=2,
        low=1,
        tried=(1, 5),
        help="Fewest posts that have an n-gram.",
    ),
    Parameter(
        name="prune",
        title="smallest weight stored",
        kind=float,
        default=0.03,
        high=1,
        help="Weights nearer to 0 are not stored; larger makes a smaller model.",
    ),
)


class LinearFamily:
    """Training in this process: it runs without Python's lock, and hears Ctrl-C within a second."""

    name = "linear"
    suffix = ".safetensors"
    version = 3
    varies = "the order in which posts are read"
    parameters: tuple[Parameter, ...] = PARAMETERS
    packages: tuple[str, ...] = ("numba", "llvmlite", "numpy", "safetensors", "scipy")
    memory_hint = (
        "train with fewer threads or fewer n-grams, for example with --param characters=0"
        " --param min_df=5"
    )
    load = staticmethod(load)

    def check(self, params: Mapping[str, Any]) -> None:
        """All values go together."""

    def settle(self, params: Mapping[str, Any], *, posts: int, labels: int) -> dict[str, Any]:
        """See :class:`core.training.classifier.Family`."""
        small = posts * labels <= SMALL
        open_ = {"characters": 0.6 if small else 0.0, "epochs": 4 if small else 2}
        return {name: open_[name] if value is None else value for name, value in params.items()}

    def fit(
        self,
        train: "SplitData",
        model: Path,
        *,
        calibration: "SplitData",
        params: Mapping[str, Any],
        seed: int,
        threads: int,
        unfinished: Path,
        progress: Progress,
    ) -> Fitted:
        """See :class:`core.training.classifier.Family`. Any number of threads gives the same bytes.

        Raises:
            InputError: there are no posts.
            SignoffError: memory ran out.
        """
        from core.training.linear import model as stored
        from core.training.linear import training

        try:
            made = training.train(
                train,
                params=params,
                seed=seed,
                threads=threads,
                unfinished=unfinished,
                progress=progress,
            )
            classifier = partial(stored.LinearClassifier, made)
            made = replace(made, curve=learned(classifier, calibration, progress))
            with storage_errors(model):
                stored.save(made, model)
        except MemoryError as error:
            raise SignoffError(
                "Training ran out of memory", f"Close other programs, or {self.memory_hint}."
            ) from error
        rounding = made.made["rounding"]
        return Fitted(
            measured={
                "calibrated_on": len(calibration) if made.curve is not None else 0,
                "same_after_rounding": round(rounding["same_first"], 4),
                "accuracy_lost_by_rounding": round(
                    rounding["accuracy_before"] - rounding["accuracy"], 4
                ),
            }
        )
