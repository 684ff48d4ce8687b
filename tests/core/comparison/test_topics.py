"""Topic groups: read from a file that people edit, or found in what a model confuses."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comparison.topics import (
    FEWEST_CONFUSIONS,
    OTHER,
    group_by_confusion,
    read_topics,
    to_toml,
)
from core.errors import InputError

# Any text that UTF-8 can hold.
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def write(path: Path, content: str) -> Path:
    file = path / "topics.toml"
    file.write_text(content, encoding="utf-8")
    return file


def confusions(
    *, groups: int = 6, each: int = 5, posts: int = 6_000, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """A model that is right half the time, else mostly names another label of the same group.

    The first letter of a name tells the group.
    """
    rng = np.random.default_rng(seed)
    labels = groups * each
    truth = rng.integers(0, labels, posts)
    near = truth // each * each + rng.integers(0, each, posts)
    anything = rng.integers(0, labels, posts)
    predicted = np.select(
        [rng.random(posts) < 0.5, rng.random(posts) < 0.85], [truth, near], anything
    )
    return truth, predicted, [f"{'abcdefghij'[i // each]}{i % each}" for i in range(labels)]


def test_without_a_file_there_are_no_topics(tmp_path: Path) -> None:
    assert read_topics(tmp_path / "topics.toml") is None
    assert read_topics(write(tmp_path, "")) == {}


def test_a_file_is_read_whatever_the_case(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        '\ufeff# by hand\npolitics = ["Politics", "r/ukpolitics"]\n'
        '"pets & more" = ["cats", "CATS"]\n',
    )
    assert read_topics(file) == {
        "politics": "politics",
        "ukpolitics": "politics",
        "cats": "pets & more",
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('a = ["x"]\npolitics = [politics]\n', r"not valid TOML.*line 2"),
        ('a = ["x"]\na = ["y"]\n', r"not valid TOML.*line 2"),
        ('a = ["cats"]\nb = ["dogs", "Cats"]\n', r"'cats' is in two groups, 'a' and 'b'.*Leave it"),
        ('politics = "politics"\n', r"'politics' is not a list of subreddits.*one line a group"),
        ('a = ["cats", 7]\n', r"'a' is not a list"),
        ('[a]\ncats = "yes"\n', r"'a' is not a list"),
        ('a = ["cats", ""]\n', r"'a' has a name that is empty"),
        ('"" = ["cats"]\n', r"'' has a name that is empty"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_its_place(
    tmp_path: Path, content: str, said: str
) -> None:
    with pytest.raises(InputError, match=rf"topics\.toml.*{said}"):
        read_topics(write(tmp_path, content))


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "topics.toml"
    file.write_bytes(b'a = ["\xff\xfe"]')
    with pytest.raises(InputError, match=r"cannot be read.*UTF-8"):
        read_topics(file)
    with pytest.raises(InputError, match="cannot be read"):
        read_topics(tmp_path)


def test_the_file_is_written_for_people() -> None:
    groups = {"pets & more": ["dogs", "Cats"], "Code": ["Python"], "a-1": []}
    assert to_toml(groups) == ('a-1 = []\nCode = ["Python"]\n"pets & more" = ["Cats", "dogs"]\n')


@given(st.dictionaries(names, st.lists(names, max_size=4), max_size=5))
def test_whatever_the_names_are_the_file_gives_them_back(groups: dict[str, list[str]]) -> None:
    back = tomllib.loads(to_toml(groups))
    assert {topic: sorted(found) for topic, found in back.items()} == {
        topic: sorted(given) for topic, given in groups.items()
    }


def test_groups_that_are_written_can_be_read(tmp_path: Path) -> None:
    groups = group_by_confusion(*confusions())
    topics = read_topics(write(tmp_path, to_toml(groups)))
    assert topics == {name: topic for topic, found in groups.items() for name in found}


def test_what_is_confused_is_grouped() -> None:
    groups = group_by_confusion(*confusions(groups=8, each=4))
    assert {"".join(sorted({name[0] for name in found})) for found in groups.values()} == set(
        "abcdefgh"
    )
    assert {len(found) for found in groups.values()} == {4}


def test_the_order_of_the_labels_does_not_matter() -> None:
    truth, predicted, labels = confusions(seed=3)
    predicted[::50] = -1
    groups = group_by_confusion(truth, predicted, labels)
    shuffled = np.random.default_rng(1).permutation(len(labels))
    place = np.append(np.argsort(shuffled), -1)
    again = group_by_confusion(place[truth], place[predicted], [labels[i] for i in shuffled])
    assert list(again.items()) == list(groups.items())


def test_the_same_confusions_give_the_same_groups_where_nothing_joins_the_labels() -> None:
    """Groups that are never confused with each other: no direction is better than another."""
    truth, _, labels = confusions(groups=10, each=4)
    predicted = truth // 4 * 4 + np.random.default_rng(0).integers(0, 4, len(truth))
    first = group_by_confusion(truth, predicted, labels)
    assert [group_by_confusion(truth, predicted, labels) for _ in range(3)] == [first] * 3


def test_topics_are_named_after_their_largest_subreddits() -> None:
    truth, predicted, labels = confusions(groups=8, each=4)
    extra = np.repeat([6, 5], [500, 400])  # b2 and b1 have the most posts
    groups = group_by_confusion(np.append(truth, extra), np.append(predicted, extra), labels)
    named = next(topic for topic, found in groups.items() if "b2" in found)
    assert named == "r/b2, r/b1 and alike"
    assert groups[named][:2] == ["b2", "b1"]


def test_what_is_hardly_ever_confused_belongs_to_no_group() -> None:
    truth, predicted, labels = confusions()
    few = FEWEST_CONFUSIONS - 1
    alone = np.full(100 + few, len(labels))
    said = np.append(np.full(100, len(labels)), np.zeros(few, dtype=int))
    groups = group_by_confusion(
        np.append(truth, alone), np.append(predicted, said), [*labels, "alone", "without posts"]
    )
    assert groups[OTHER] == ["alone", "without posts"]
    assert list(groups)[-1] == OTHER
    assert sorted(name for found in groups.values() for name in found) == sorted(
        [*labels, "alone", "without posts"]
    )


def test_no_group_takes_half_of_the_labels() -> None:
    """Every label is confused with one large one most of all."""
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 60, 20_000)
    predicted = np.where(rng.random(20_000) < 0.5, 0, rng.integers(0, 60, 20_000))
    groups = group_by_confusion(truth, predicted, [f"s{i:02d}" for i in range(60)])
    assert max(len(found) for found in groups.values()) <= 30


@pytest.mark.parametrize("labels", [0, 1, 2])
def test_too_few_labels_are_not_parted(labels: int) -> None:
    truth = np.arange(100 if labels else 0) % max(labels, 1)
    listed = ["cats", "dogs"][:labels]
    expected = {OTHER: listed} if labels else {}
    assert group_by_confusion(truth, truth[::-1], listed) == expected
