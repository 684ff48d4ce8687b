"""In how many posts words stand. Pure.

Words are the tokens of normalised lines that have a letter, and two characters or more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.arrays import Ints
from core.drift.training_words import split_words

_IS_WORD = r"^.*\p{L}.*$"
_SCHEMA = pa.schema({"word": pa.large_string(), "label": pa.int64(), "posts": pa.int64()})


@dataclass(frozen=True, slots=True)
class WordCounts:
    """Of ``texts`` texts with words: how many ``posts`` each of the ``words`` stands in, and how
    many subreddits these are of; shape (w,) each, the words ascending.
    """

    texts: int
    words: NDArray[np.object_]
    posts: Ints
    subreddits: Ints


def word_counts(parts: Iterable[tuple[Sequence[str], Ints]]) -> WordCounts:
    """The words of texts that come in parts.

    Args:
        parts: words of normalised lines, separated by single spaces, and the label of each text.
    """
    counted = [_counted(texts, labels) for texts, labels in parts]
    whole = pa.concat_tables([_SCHEMA.empty_table(), *(table for _, table in counted)])
    pairs = whole.group_by(["word", "label"]).aggregate([("posts", "sum")])
    found = pairs.group_by("word").aggregate([("posts_sum", "sum"), ("label", "count")])
    words = found["word"]
    long = pc.greater(pc.utf8_length(words), 1)
    found = found.filter(pc.and_(pc.match_substring_regex(words, _IS_WORD), long)).sort_by("word")
    return WordCounts(
        sum(texts for texts, _ in counted),
        found["word"].to_numpy(),
        found["posts_sum_sum"].to_numpy(),
        found["label_count"].to_numpy(),
    )


def _counted(texts: Sequence[str], labels: Ints) -> tuple[int, pa.Table]:
    """How many texts have words; and in how many of each label each word stands."""
    words = split_words(texts)
    sizes = pc.list_value_length(words).to_numpy(zero_copy_only=False)
    coded = words.flatten().dictionary_encode()
    size, most = max(len(coded.dictionary), 1), int(labels.max(initial=0)) + 1
    post = np.repeat(np.arange(len(sizes)), sizes)
    once = np.unique(post * size + coded.indices.to_numpy())  # however often a post has a word
    pair, posts = np.unique(once % size * most + labels[once // size], return_counts=True)
    columns = [coded.dictionary.take(pa.array(pair // most)), pair % most, posts]
    return int((sizes > 0).sum()), pa.table(columns, schema=_SCHEMA)
