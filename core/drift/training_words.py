"""Which words of new posts a model has never seen. Words are kept as hashes, never as text."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.arrays import Bools, Int32s, UInt64s


@dataclass(frozen=True, slots=True)
class TrainingWords:
    """The different words of the training posts: ``hashes`` (uint64, ascending)."""

    hashes: UInt64s

    def count(self, texts: Sequence[str]) -> tuple[Int32s, Int32s]:
        """Words of each text, and how many of them are not among these; shape (n,) each.

        Args:
            texts: words of normalised lines, separated by single spaces.
        """
        words = split_words(texts)
        sizes = pc.list_value_length(words).to_numpy(zero_copy_only=False).astype(np.int32)
        coded = words.flatten().dictionary_encode()
        if not len(coded):
            return sizes, np.zeros_like(sizes)
        known = _among(_hashed(coded.dictionary), self.hashes)
        new = (~known)[coded.indices.to_numpy()]
        total = np.concatenate([[0], np.cumsum(new)])
        ends = np.cumsum(sizes)
        return sizes, (total[ends] - total[ends - sizes]).astype(np.int32)

    def hold(self, words: NDArray[np.object_]) -> Bools:
        """Which of some words are among these, shape (w,)."""
        return _among(pd.util.hash_array(words, categorize=False), self.hashes)


def training_words(parts: Iterable[Sequence[str]]) -> TrainingWords:
    """The words of texts that come in parts."""
    none = np.zeros(0, dtype=np.uint64)
    found = [_hashed(split_words(texts).flatten().unique()) for texts in parts]
    return TrainingWords(np.unique(np.concatenate([none, *found])))


def to_bytes(words: TrainingWords) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, words.hashes, allow_pickle=False)
    return buffer.getvalue()


def from_bytes(content: bytes) -> TrainingWords:
    return TrainingWords(np.load(io.BytesIO(content), allow_pickle=False))


def split_words(texts: Sequence[str]) -> pa.ListArray:
    """The words of each text: none of an empty one. They are separated by single spaces."""
    words = pc.split_pattern(pa.array(texts, pa.large_string()), " ")
    empty = pc.equal(pa.array(texts, pa.large_string()), "")
    return pc.if_else(empty, pa.scalar([], words.type), words) if pc.any(empty).as_py() else words


def _hashed(words: pa.Array) -> UInt64s:
    """64 bits of each word: the same in every process and on every machine."""
    return pd.util.hash_array(words.to_numpy(zero_copy_only=False), categorize=False)


def _among(hashes: UInt64s, ascending: UInt64s) -> Bools:
    if not len(ascending):
        return np.zeros(len(hashes), dtype=np.bool_)
    place = np.minimum(np.searchsorted(ascending, hashes), len(ascending) - 1)
    found: Bools = ascending[place] == hashes
    return found
