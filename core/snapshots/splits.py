"""Which post goes into which split. Pure: arrays in, arrays out."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Bools, Int8s, Int64s
from core.errors import InputError

SPLITS = ("train", "valid", "test")
VALID = SPLITS.index("valid")
LEFT_OUT = -1
"""The split of a post that no split may hold."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """``split`` holds for each post an index into :data:`SPLITS`, or :data:`LEFT_OUT`.

    ``cutoffs`` gives the first moment of ``valid``, of ``test``, and after it (``end``), in epoch
    seconds; it is empty
    for a random split. ``straddling`` counts the posts left out because an earlier split holds
    the same text.
    """

    split: Int8s
    cutoffs: dict[str, int]
    straddling: int


def chronological(
    created: Int64s,
    text: Int64s,
    fractions: tuple[float, float, float],
    *,
    test_since: int | None = None,
    judging: Bools | None = None,
) -> Assignment:
    """Oldest posts into train, newest into test.

    Args:
        created: epoch seconds, ascending; shape (n,).
        text: an id of each post's normalised text, equal for equal texts; shape (n,).
        fractions: shares of train, valid and test; they sum to one. A split of share 0 stays empty.
        test_since: where test begins, in epoch seconds, whatever its share; None: by its share.
        judging: posts that only ever judge models, shape (n,): they go into valid, whatever their
            time; None: no such.

    Posts of one second never straddle a cut. A post whose text an earlier split already holds
    (a repost or crosspost) is left out: it would be known before it is asked.

    Raises:
        InputError: some split would be empty.
    """
    n = len(created)
    starts = [round(n * fractions[0]), round(n * (fractions[0] + fractions[1]))]
    if test_since is not None:
        before = int(np.searchsorted(created, test_since))
        starts = [round(before * fractions[0] / (fractions[0] + fractions[1])), before]
    moments = [int(created[min(i, n - 1)]) for i in starts] if n else [0, 0]
    if test_since is not None:
        moments[1] = test_since
    split = np.searchsorted(np.array(moments), created, side="right").astype(np.int8)
    if judging is not None:
        split[judging] = VALID
    kept = _without_straddling(split, text)
    _require_all(kept, fractions)
    return Assignment(
        split=kept,
        cutoffs={"valid": moments[0], "test": moments[1], "end": int(created[-1]) + 1},
        straddling=int(np.count_nonzero(kept != split)),
    )


def random(
    text: Int64s,
    fractions: tuple[float, float, float],
    *,
    seed: int,
    judging: Bools | None = None,
) -> Assignment:
    """Posts into splits by chance: optimistic, since a model may then see the future.

    All posts of one text go to one split, so none is left out, but for those of ``judging`` whose
    text is in train. Arguments as for :func:`chronological`.
    """
    texts, inverse = np.unique(text, return_inverse=True)
    drawn = np.random.default_rng(seed).random(len(texts))
    edges = np.array([fractions[0], fractions[0] + fractions[1]])
    split = np.searchsorted(edges, drawn, side="right").astype(np.int8)[inverse]
    if judging is None:
        _require_all(split, fractions)
        return Assignment(split=split, cutoffs={}, straddling=0)
    split[judging] = VALID
    kept = _without_straddling(split, text)
    _require_all(kept, fractions)
    return Assignment(split=kept, cutoffs={}, straddling=int(np.count_nonzero(kept != split)))


def _without_straddling(split: Int8s, text: Int64s) -> Int8s:
    """``split`` with :data:`LEFT_OUT` where an earlier split holds the same text."""
    texts, inverse = np.unique(text, return_inverse=True)
    earliest = np.full(len(texts), len(SPLITS), dtype=np.int8)
    np.minimum.at(earliest, inverse, split)
    return np.where(split == earliest[inverse], split, LEFT_OUT).astype(np.int8)


def _require_all(split: Int8s, fractions: tuple[float, float, float]) -> None:
    counts = np.bincount(split[split >= 0], minlength=len(SPLITS))
    shares = zip(SPLITS, fractions, counts, strict=True)
    empty = [name for name, share, count in shares if share and count == 0]
    if empty:
        raise InputError(
            f"{len(split)} posts are too few: nothing would be left for {' and '.join(empty)}",
            "Import more posts, or choose other --fractions, --since or --until.",
        )
