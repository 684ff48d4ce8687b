"""Pooled embeddings of words and of pairs of neighbouring words."""

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
from core.training.parameters import Parameter
from core.training.pooled.loading import load
from core.training.pooled.pooling import ATTENTIVE, CHUNK, MEAN

if TYPE_CHECKING:  # see core/training/classifier.py
    from core.snapshots.content import SplitData

# Chosen on the real posts; the figures are in docs/models.md.
PARAMETERS = (
    Parameter(
        name="pooling",
        kind=str,
        default=ATTENTIVE,
        said="{}",
        choices=(MEAN, CHUNK, ATTENTIVE),
        help="What a post's vectors are: the mean of all words, of each fifth, or four means that"
        " attend to what each has learned to look for.",
    ),
    Parameter(
        name="dim",
        title="vector length",
        kind=int,
        default=100,
        low=1,
        high=2_000,
        help="Length of the vectors.",
    ),
    Parameter(
        name="epochs",
        kind=int,
        default=3,
        low=1,
        high=1_000,
        said="{} epochs",
        help="Passes over the posts.",
    ),
    Parameter(
        name="lr",
        title="learning rate",
        kind=float,
        default=0.006,
        above_low=True,
        high=1,
        tried=(0.001, 0.03),
        help="Learning rate of the first step; it falls to 0 in a straight line.",
    ),
    Parameter(
        name="dropout",
        title="share left out in a step",
        kind=float,
        default=0.3,
        high=0.95,
        tried=(0.05, 0.6),
        help="Share of the pooled numbers that a step leaves out.",
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
        name="min_df",
        title="fewest posts of a word",
        kind=int,
        default=3,
        low=1,
        help="Fewest posts that have a word.",
    ),
    Parameter(
        name="buckets",
        title="n-gram buckets",
        kind=int,
        default=400_000,
        low=1,
        high=100_000_000,
        help="Rows of the table of pairs, which they share by chance.",
    ),
)


class PooledFamily:
    """Training in this process, with NumPy."""

    name = "pooled"
    suffix = ".safetensors"
    version = 1
    varies = "the order in which posts are read, the first vectors, and what dropout leaves out"
    parameters: tuple[Parameter, ...] = PARAMETERS
    packages: tuple[str, ...] = (
        *("numba", "llvmlite", "numpy", "safetensors", "scipy", "threadpoolctl"),
    )
    memory_hint = (
        "train with shorter vectors or fewer buckets, for example with --param dim=50 --param"
        " buckets=100000"
    )
    load = staticmethod(load)

    def check(self, params: Mapping[str, Any]) -> None:
        """All values go together."""

    def settle(self, params: Mapping[str, Any], *, posts: int, labels: int) -> dict[str, Any]:
        """See :class:`core.training.classifier.Family`."""
        return dict(params)

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
        """See :class:`core.training.classifier.Family`.

        Raises:
            InputError: there are no posts.
            SignoffError: memory ran out.
        """
        from threadpoolctl import threadpool_limits

        from core.training.pooled import model as stored
        from core.training.pooled import training

        try:
            with threadpool_limits(threads):
                made = training.train(
                    train, params=params, seed=seed, progress=progress, unfinished=unfinished
                )
                with storage_errors(model):
                    stored.save(made, model)
                # As it is on the disk, with its tables rounded.
                curve = learned(partial(load, model), calibration, progress)
                if curve is not None:
                    with storage_errors(model):
                        stored.save(replace(made, curve=curve), model)
        except MemoryError as error:
            raise SignoffError(
                "Training ran out of memory", f"Close other programs, or {self.memory_hint}."
            ) from error
        return Fitted({"calibrated_on": len(calibration) if curve is not None else 0})
