"""Parts of a sequence or a stream."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of ``size`` items each, in order; the last one may be shorter. No items, no list."""
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch
