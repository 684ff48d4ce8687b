"""Rows of tf-idf: those of scikit-learn."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from core.text import FIELD
from core.training.linear.features import Reads, Rows, rows
from core.training.linear.ngrams import PARTS, ngrams
from core.training.linear.vocabulary import Lookup, vocabulary
from tests.factories import make_corpus, make_split

LINES = make_split(make_corpus(posts=20)).lines
LINKS = [
    *("the cat\tsat here\ti.imgur.com", "the dog\t\timgur.com", "a cat\tlay there\tself"),
    *("no link", "\tno title", "a cat\t\tnews.bbc.co.uk", "a dog\t\tbbc.co.uk"),
]


def made(lines: list[str], *, characters: float, domain: float = 0, min_df: int = 2) -> Rows:
    reads = Reads(characters=characters, domain=domain)
    grams = reads.ngrams(lines)
    words = vocabulary(lambda: [grams], posts=len(lines), min_df=min_df, buckets=1024)
    return rows(grams, Lookup.of(words.keys), words.idf, reads)


def matrix(found: Rows) -> sparse.csr_array:
    width = int(found.columns.max(initial=-1)) + 1
    return sparse.csr_array(
        (found.values, found.columns, found.starts), shape=(len(found), max(width, 1))
    )


def words_of(line: str) -> list[str]:
    texts = [text.split() for text in line.split(FIELD)[:2]]
    return [gram for text in texts for gram in (*text, *map(" ".join, pairwise(text)))]


def parts_of(line: str) -> list[str]:
    spelt = [f"<{token}>" for token in line.split(FIELD, maxsplit=1)[0].split()]
    return [
        token[start : start + size]
        for token in spelt
        for size in (3, 4, 5)
        for start in range(len(token) - size + 1)
    ]


def domains_of(line: str) -> list[str]:
    _, _, domain = f"{line}\t\t".split(FIELD)[:3]
    labels = domain.split(".") if domain else []
    return [".".join(labels[start:]) for start in range(max(len(labels) - 1, len(labels) > 0))]


@pytest.mark.parametrize("domain", [0.0, 0.7])
@pytest.mark.parametrize("characters", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("min_df", [1, 3])
def test_rows_are_those_of_scikit_learn(characters: float, domain: float, min_df: int) -> None:
    lines = [*LINES, "the the the", "litter", *LINKS, *LINKS, *LINKS]
    shared = {"min_df": min_df, "sublinear_tf": True}
    words = TfidfVectorizer(analyzer=words_of, **shared)
    parts = TfidfVectorizer(analyzer=parts_of, **shared)
    sites = TfidfVectorizer(analyzer=domains_of, **shared)
    blocks = [words.fit_transform(lines)]
    if characters:
        blocks.append(characters * parts.fit_transform(lines))
    if domain:
        blocks.append(domain * sites.fit_transform(lines))
    theirs = normalize(sparse.hstack(blocks))
    found = made(lines, characters=characters, domain=domain, min_df=min_df)
    ours = matrix(found).astype(float)
    assert ours.nnz == theirs.nnz
    np.testing.assert_allclose((ours @ ours.T).toarray(), (theirs @ theirs.T).toarray(), atol=1e-6)


@pytest.mark.parametrize("characters", [0.25, 1.0, 2.0])
def test_characters_weigh_as_much_as_is_said(characters: float) -> None:
    grams = ngrams(LINES)
    found = made(LINES, characters=characters, min_df=1)
    for line in range(len(found)):
        begin, end = found.starts[line], found.starts[line + 1]
        words = grams.bounds[PARTS * line + 1] - grams.bounds[PARTS * line]
        squares = found.values[begin:end].astype(float) ** 2
        assert squares.sum() == pytest.approx(1, abs=1e-6)
        assert squares[words:].sum() / squares[:words].sum() == pytest.approx(
            characters**2, rel=1e-5
        )


@given(st.lists(st.text(alphabet="ab ", max_size=20), min_size=1, max_size=6))
def test_every_row_has_the_length_1_or_no_values(lines: list[str]) -> None:
    found = made(lines, characters=0.5)
    for begin, end in pairwise(found.starts):
        square = (found.values[begin:end].astype(float) ** 2).sum()
        assert square == pytest.approx(1, abs=1e-6) if end > begin else square == 0


def test_a_line_of_unknown_ngrams_has_no_values() -> None:
    words = vocabulary(lambda: [ngrams(["a b"])], posts=1, min_df=1, buckets=64)
    reads = Reads(characters=0.5, domain=0.5)
    lines = ["", "x y z", "x\ty\tz.com"]
    found = rows(reads.ngrams(lines), Lookup.of(words.keys), words.idf, reads)
    assert found.starts.tolist() == [0, 0, 0, 0]


def test_a_word_repeated_a_thousand_times_counts_as_one_repeated_often() -> None:
    found = made(["a " * 1_000, "a b"], characters=0, min_df=1)
    assert np.isfinite(found.values).all()
