"""Parts of a sequence or a stream."""

import pytest

from core.batches import batches


@pytest.mark.parametrize(
    ("items", "parts"),
    [("", []), ("a", ["a"]), ("abc", ["abc"]), ("abcd", ["abc", "d"]), ("abcdef", ["abc", "def"])],
)
def test_a_sequence_comes_in_parts_of_a_size(items: str, parts: list[str]) -> None:
    assert ["".join(part) for part in batches(items, 3)] == parts
    assert ["".join(part) for part in batches(iter(items), 3)] == parts


def test_a_stream_is_read_no_further_than_asked_for() -> None:
    stream = iter(range(10))
    assert next(batches(stream, 3)) == [0, 1, 2]
    assert next(stream) == 3
