"""Near-duplicates: nothing found that is none, and as much found as the banding curve says."""

from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.stats import minhash
from core.stats.minhash import THRESHOLD, WIDTH, near_duplicates, recall

LETTERS = "abcdefghijklmnopqrstuvwxyz "


def shingles(line: str) -> set[bytes]:
    """As the definition says it."""
    text = line.encode()
    return {text[i : i + WIDTH] for i in range(len(text) - WIDTH + 1)} or {text}


def jaccard(line: str, other: str) -> float:
    ours, theirs = shingles(line), shingles(other)
    return len(ours & theirs) / len(ours | theirs)


def in_parts(lines: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (lines[i : i + size] for i in range(0, len(lines), size))


def edited(line: str, rng: Random, edits: int) -> str:
    """The line with so many letters replaced."""
    letters = list(line)
    for place in rng.sample(range(len(letters)), edits):
        letters[place] = rng.choice(LETTERS)
    return "".join(letters)


def make_pairs(count: int, *, edits: Sequence[int]) -> tuple[list[str], list[str]]:
    rng = Random(0)
    lines = ["".join(rng.choices(LETTERS, k=60)) for _ in range(count)]
    return lines, [edited(line, rng, edits[n % len(edits)]) for n, line in enumerate(lines)]


# NUL is what separates lines, and no normalised line has it.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=8))
def test_the_similarity_is_jaccards_index_of_the_sets_of_shingles(
    pairs: list[tuple[str, str]],
) -> None:
    lines, others = map(list, zip(*pairs, strict=True))
    expected = [jaccard(line, other) for line, other in pairs]
    encoded = ([text.encode() for text in side] for side in (lines, others))
    assert minhash._similarity(*encoded).tolist() == pytest.approx(expected)


def test_similar_lines_are_told_from_others() -> None:
    others = [
        "what a difference a year makes",
        "my first garden this spring",
        "is this legal ?",
    ]
    lines = ["is this legal ? ?", "unheard of", "what a difference a year makes !"]
    assert near_duplicates(lines, [others]).tolist() == [2, -1, 0]


def test_places_are_counted_through_all_parts() -> None:
    others = [f"a line of its own , number {n} {n**3:x} of many" for n in range(50)]
    found = near_duplicates(others[37:38], in_parts(others, 8), threshold=1.0)
    assert found.tolist() == [37]


def test_a_line_shorter_than_a_shingle_resembles_only_itself() -> None:
    assert near_duplicates(["wtf", "hm", "wtf"], [["wtf ?", "wt", "wtf"]]).tolist() == [2, -1, 2]


def test_nothing_resembles_lines_where_either_side_has_none() -> None:
    assert near_duplicates([], [["some line"]]).tolist() == []
    assert near_duplicates(["some line"], []).tolist() == [-1]
    assert near_duplicates(["some line"], [[], []]).tolist() == [-1]


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.9])
def test_whatever_is_found_reaches_the_threshold(threshold: float) -> None:
    lines, others = make_pairs(600, edits=[0, 1, 2, 3, 4, 6])
    found = near_duplicates(lines, in_parts(others, 100), threshold=threshold)
    near = np.flatnonzero(found >= 0)
    assert len(near) > 50
    assert min(jaccard(lines[n], others[found[n]]) for n in near) >= threshold


def test_as_much_is_found_as_the_banding_curve_says() -> None:
    lines, others = make_pairs(4_000, edits=[1, 2, 3, 4])
    by_brute_force = np.array(list(map(jaccard, lines, others)))
    found = near_duplicates(lines, in_parts(others, 1_000), threshold=0.4) == np.arange(4_000)
    for low, high in [(0.4, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 1.0)]:
        these = (by_brute_force >= low) & (by_brute_force < high)
        expected = np.mean([recall(s) for s in by_brute_force[these]])
        spread = np.sqrt(expected * (1 - expected) / np.count_nonzero(these))
        assert np.count_nonzero(these) > 150
        assert found[these].mean() == pytest.approx(expected, abs=4 * spread + 0.002)


def test_at_the_threshold_99_in_100_are_found() -> None:
    assert recall(THRESHOLD) == pytest.approx(0.990, abs=0.001)
    assert recall(0.8) > 0.9999
    assert recall(0.0) == 0
    assert recall(1.0) == 1


def test_many_lines_of_one_template_are_compared_a_few_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(minhash, "_COMPARED", 7)
    monkeypatch.setattr(minhash, "_PAIRED", 64)
    template = "welcome to the weekly thread , ask whatever you have wanted to ask , week "
    lines, others = [f"{template}{n}" for n in range(80)], [f"{template}x{n}" for n in range(40)]
    by_brute_force = [any(jaccard(line, other) >= 0.9 for other in others) for line in lines]
    found = near_duplicates(lines, [others], threshold=0.9)
    assert (found >= 0).tolist() == by_brute_force


def test_the_same_lines_give_the_same_answer_however_they_are_cut() -> None:
    lines, others = make_pairs(300, edits=[1, 4])
    whole = near_duplicates(lines, [others])
    assert near_duplicates(lines, in_parts(others, 7)).tolist() == whole.tolist()
