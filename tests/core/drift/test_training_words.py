"""Words that no training post has are counted, as often as they stand in a post."""

from core.drift.training_words import from_bytes, to_bytes, training_words

KNOWN = training_words([["a b c", "", "d"], ["e e"]])


def test_unknown_words_are_counted_post_by_post() -> None:
    words, unknown = KNOWN.count(["a x y", "", "e", "z z z"])
    assert words.tolist() == [3, 0, 1, 3]
    assert unknown.tolist() == [2, 0, 0, 3]


def test_none_of_no_posts_and_all_of_nothing_seen() -> None:
    assert [each.tolist() for each in KNOWN.count([])] == [[], []]
    assert [each.tolist() for each in training_words([]).count(["a b"])] == [[2], [2]]


def test_they_are_kept_without_text() -> None:
    kept = to_bytes(training_words([["whiskers purring"]]))
    assert b"whiskers" not in kept
    assert from_bytes(kept).count(["whiskers claws"])[1].tolist() == [1]
