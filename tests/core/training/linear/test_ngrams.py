"""N-grams of lines: the same as a few lines of Python find."""

import itertools
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.training.linear.ngrams import PARTS, NGrams, ngrams

TEXTS = st.text(max_size=30) | st.text(alphabet="ab \t.", max_size=40)


def fields(line: str) -> tuple[list[str], list[str], str]:
    """The tokens of title and text, and the domain."""
    title, body, domain = (*line.split("\t", 2), "", "")[:3]
    return [t for t in title.split(" ") if t], [t for t in body.split(" ") if t], domain


def words_of(line: str) -> Counter[tuple[str, ...]]:
    title, body, _ = fields(line)
    return Counter(
        [(token,) for token in title + body]
        + [*itertools.pairwise(title), *itertools.pairwise(body)]
    )


def parts_of(line: str, spelt: int) -> Counter[tuple[str, ...]]:
    counted: Counter[tuple[str, ...]] = Counter()
    for token in fields(line)[0][:spelt]:
        spelling = ["begin", *token, "end"]
        counted.update(
            tuple(spelling[start : start + size])
            for size in (3, 4, 5)
            for start in range(len(spelling) - size + 1)
        )
    return counted


def domains_of(line: str) -> Counter[str]:
    labels = fields(line)[2].split(".")
    domains = [".".join(labels[start:]) for start in range(max(len(labels) - 1, 1))]
    return Counter(domain for domain in domains if domain)


def part(grams: NGrams, number: int) -> dict[int, int]:
    where = slice(grams.bounds[number], grams.bounds[number + 1])
    keys, counts = grams.keys[where].tolist(), grams.counts[where].tolist()
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, counts, strict=True))


@given(st.lists(TEXTS, max_size=6), st.integers(0, 4))
def test_each_ngram_has_one_key_and_its_count(lines: list[str], spelt: int) -> None:
    grams = ngrams(lines, spelt=spelt, domains=True)
    assert len(grams) == len(lines)
    assert grams.bounds[-1] == len(grams.keys) == len(grams.counts)
    keys: dict[object, int] = {}
    for number, line in enumerate(lines):
        read = words_of(line), parts_of(line, spelt), domains_of(line)
        for kind, expected in enumerate(read):
            # In all, an n-gram comes where it was seen first.
            found = part(grams, PARTS * number + kind)
            assert sorted(found.values()) == sorted(expected.values())
            if kind == 0:
                singles = [gram for gram in expected if len(gram) == 1]
                for gram in singles:
                    alone = ngrams([gram[0]], spelt=0)
                    keys[gram] = int(alone.keys[0])
                    assert found[keys[gram]] == expected[gram]
    assert len(set(keys.values())) == len(keys)
    assert (grams.keys != 0).all()


@given(st.lists(TEXTS, max_size=6))
def test_a_line_is_read_the_same_alone_and_among_others(lines: list[str]) -> None:
    together = ngrams(lines, domains=True)
    for number, line in enumerate(lines):
        alone = ngrams([line], domains=True)
        where = slice(together.bounds[PARTS * number], together.bounds[PARTS * (number + 1)])
        np.testing.assert_array_equal(together.keys[where], alone.keys)
        np.testing.assert_array_equal(together.counts[where], alone.counts)


def test_words_that_swap_make_other_pairs_and_the_same_words() -> None:
    one, other = (part(ngrams([line], spelt=0), 0) for line in ("a b", "b a"))
    assert len(one) == len(other) == 3
    assert len(set(one) & set(other)) == 2


def test_characters_tell_the_begin_of_a_token_from_its_inside() -> None:
    begin, inside, mark = (part(ngrams([line]), 1) for line in ("cat", "xcat", "<cat"))
    assert len(set(begin) & set(inside)) == 3  # "cat", "at>", "cat>"
    assert set(begin) & set(mark) == set(begin) & set(inside)


def test_no_lines_have_no_ngrams() -> None:
    assert len(ngrams([])) == 0
    assert ngrams([]).bounds.tolist() == [0]


def test_a_title_and_a_text_make_no_pair_and_the_text_is_not_spelt() -> None:
    grams = ngrams(["the cat\tsat down"])
    apart = ngrams(["the cat", "sat down"])
    assert part(grams, 0) == part(apart, 0) | part(apart, PARTS)
    assert part(grams, 1) == part(apart, 1)


def test_a_domain_is_read_only_where_that_is_asked_for_and_is_no_word() -> None:
    line = "imgur . com\t\ti.imgur.com"
    assert part(ngrams([line]), 2) == {}
    read = ngrams([line, "x\t\timgur.com"], domains=True)
    assert len(part(read, 2)) == 2
    assert set(part(read, PARTS + 2)) < set(part(read, 2))
    assert not set(part(read, 0)) & set(part(read, 2))
