"""Attributes of posts become a few readable values, whatever the columns are."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comparison.dimensions import FEW, MOST_VALUES, Dimension, dimensions, in_slice
from core.errors import NotFoundError
from tests.factories import FIRST, HOUR

cells = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.text(max_size=2), st.just([1])
)


def cut(**columns: Any) -> dict[str, list[str]]:
    """Dimension -> the value of each post, ``""`` where it has none."""
    found = dimensions(pd.DataFrame(columns))
    return {one.name: [[*one.values, ""][code] for code in one.codes] for one in found}


def test_known_columns_read_as_people_would_say_it() -> None:
    assert cut(
        post_id=["a", "b", "c", "d"],
        is_self=[True, False, True, True],
        over_18=[False, False, True, False],
        title_length=[20, 20, 31, 20],
        subreddit_age_days=[1.9, 400.2, 1.1, 400.9],
        score=[1, 1, 1, 1_500],
        created_utc=[0, 6 * HOUR - 1, 6 * HOUR, 24 * HOUR + 18 * HOUR],
    ) == {
        "kind of post": ["self post", "link post", "self post", "self post"],
        "title length": ["20 characters", "20 characters", "31 characters", "20 characters"],
        "age of subreddit": ["1 days", "400 days", "1 days", "400 days"],
        "score": ["1", "1", "1", "1,500"],
        "hour (UTC)": ["00-05 h", "00-05 h", "06-11 h", "18-23 h"],
        "audience": ["all ages", "all ages", "over 18", "all ages"],
    }


def test_numbers_are_cut_into_groups_of_about_equally_many_posts() -> None:
    lengths = np.random.default_rng(0).permutation(np.arange(1, 101))
    found = cut(title_length=lengths)["title length"]
    assert dict.fromkeys(name for _, name in sorted(zip(lengths, found, strict=True))) == {
        "up to 20 characters": None,
        "21 to 40 characters": None,
        "41 to 60 characters": None,
        "61 to 80 characters": None,
        "above 80 characters": None,
    }
    assert set(pd.Series(found).value_counts()) == {20}


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([*[0] * 85, *range(1, 16)], {"up to 0": 85, "above 0": 15}),
        ([*range(15), *[99] * 85], {"up to 14": 15, "above 14": 85}),
        (
            [*range(20), *[50] * 60, *range(80, 100)],
            {"up to 19": 20, "20 to 50": 60, "above 50": 20},
        ),
        (
            [1, *[2] * 50, *range(3, 52)],
            {"up to 2": 51, "3 to 11": 9, "12 to 31": 20, "above 31": 20},
        ),
    ],
)
def test_equal_numbers_are_never_parted(numbers: list[int], expected: dict[str, int]) -> None:
    assert pd.Series(cut(score=numbers)["score"]).value_counts(sort=False).to_dict() == expected


def test_few_distinct_numbers_stay_as_they_are() -> None:
    assert cut(lines=[*range(FEW)])["lines"] == [str(n) for n in range(FEW)]


def test_numbers_that_are_close_keep_names_of_their_own() -> None:
    close = 1 + np.arange(50) / 1e6
    (found,) = dimensions(pd.DataFrame({"entropy": close}))
    assert len(set(found.values)) == 5
    assert found.values[:2] == ("up to 1.00001", "above 1.00001 to 1.00002")


def test_texts_keep_the_commonest_and_drop_the_rare() -> None:
    flairs = ["Help"] * 500 + ["News"] * 300 + [""] * 100 + [f"once {n}" for n in range(100)]
    assert set(cut(flair=flairs)["flair"]) == {"Help", "News", ""}
    many = [f"flair {n:02d}" for n in range(30) for _ in range(30 - n)]
    kept = set(cut(flair=many)["flair"]) - {""}
    assert kept == {f"flair {n:02d}" for n in range(MOST_VALUES)}


def test_which_texts_are_kept_does_not_hang_on_the_order_of_the_posts() -> None:
    texts = np.array([f"tie {n:02d}" for n in range(20) for _ in range(5)])
    shuffled = np.random.default_rng(1).permutation(len(texts))
    there, back = cut(language=texts)["language"], cut(language=texts[shuffled])["language"]
    assert [there[i] for i in shuffled] == back


def test_the_domain_of_a_self_post_is_unknown() -> None:
    domains = ["self.cats", "imgur.com", "self.cats", "imgur.com", "i.redd.it", "i.redd.it"]
    expected = ["", "imgur.com", "", "imgur.com", "i.redd.it", "i.redd.it"]
    assert cut(domain=domains)["domain"] == expected


@pytest.mark.parametrize(
    "column",
    [
        ["same"] * 300,
        [7] * 300,
        [True] * 300,
        [None] * 300,
        [np.nan] * 300,
        [f"title of post {n}" for n in range(300)],
    ],
)
def test_what_does_not_part_the_posts_gives_no_dimension(column: list[Any]) -> None:
    assert cut(anything=column) == {}


def test_any_further_column_works() -> None:
    moments = [datetime(2026, 5, day, 9, tzinfo=UTC) for day in (1, 2, 2)]
    found = cut(
        crosspost=[True, None, False],
        when=moments,
        mixed=["x", None, "x"],
        weight=[0.25, np.inf, 0.5],
        kind=pd.Categorical(["b", "b", "a"]),
        **{"2": pd.array([4, None, 5], dtype="Int64")},
    )
    assert found == {
        "crosspost": ["yes", "", "no"],
        "when": ["2026-05-01", "2026-05-02", "2026-05-02"],
        "mixed": ["x", "", "x"],
        "weight": ["0.25", "", "0.5"],
        "kind": ["b", "b", ""],
        "2": ["4", "", "5"],
    }


def test_a_column_that_is_called_like_another_dimension_keeps_apart() -> None:
    frame = pd.DataFrame({"topic": ["x", "y", "x", "y"]})
    found = dimensions(frame, topics={"cats": "pets"}, truth_names=["Cats", "python"] * 2)
    assert [one.name for one in found] == ["topic", "topic (column)"]


def test_topics_come_from_the_subreddit_of_each_post_whatever_its_case() -> None:
    frame = pd.DataFrame({"created_utc": [FIRST] * 4})
    topics = {"cats": "pets", "python": "code", "unseen": "none of these"}
    (found,) = dimensions(
        frame, topics=topics, truth_names=np.array(["Cats", "python", "space", "CATS"], object)
    )
    assert found.values == ("code", "pets")
    assert found.codes.tolist() == [1, 0, -1, 1]
    assert dimensions(frame, topics=None, truth_names=["cats"] * 4) == []


@given(st.lists(cells, max_size=30))
def test_whatever_a_column_holds_its_values_are_all_used_and_all_different(
    column: list[Any],
) -> None:
    frame = pd.DataFrame({"anything": pd.Series(column, dtype=object)})
    for found in dimensions(frame):
        assert len(set(found.values)) == len(found.values)
        assert set(found.codes) | {-1} == set(range(-1, len(found.values)))
        assert len(found.codes) == len(column)


def test_posts_of_one_value_are_picked_out() -> None:
    found = [Dimension("kind", ("a", "b"), np.array([0, 1, -1, 1], dtype=np.int16))]
    assert in_slice(found, "kind", "b").tolist() == [False, True, False, True]
    with pytest.raises(NotFoundError, match=r"no value 'c'.*Choose one of a, b"):
        in_slice(found, "kind", "c")
    with pytest.raises(NotFoundError, match=r"cannot be sliced by 'weight'.*Choose one of kind"):
        in_slice(found, "weight", "a")
