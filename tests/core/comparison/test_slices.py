"""Slices count what changed in them; the search names a real loss and is not fooled by chance."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from scipy import stats

from core.comparison.align import Aligned
from core.comparison.dimensions import Dimension
from core.comparison.results import SAME, WORSE
from core.comparison.slices import by_slice, worst

SIZES = {"kind": 2, "length": 5, "age": 5, "hour": 4, "domain": 8}
"""Dimensions made here, and how many values each has: v0, v1, ..."""


def aligned(before: Sequence[bool] | np.ndarray, after: Sequence[bool] | np.ndarray) -> Aligned:
    """Posts of which each model gets these right; what both get wrong, they name differently."""
    n = len(before)
    return Aligned(
        post_id=np.array([f"p{i}" for i in range(n)], dtype=object),
        truth=np.zeros(n, dtype=np.int32),
        baseline=np.where(before, 0, 1).astype(np.int32)[:, None],
        candidate=np.where(after, 0, 2).astype(np.int32)[:, None],
        baseline_probs=np.ones((n, 1)),
        candidate_probs=np.ones((n, 1)),
        names=("cats", "python", "space"),
        shared=np.ones(3, dtype=bool),
    )


def sample(
    seed: int, *, posts: int = 8_000, lost: Mapping[str, int] | None = None, rate: float = 0.25
) -> tuple[Aligned, list[Dimension]]:
    """Two equally good models, but for a loss of ``rate`` in one slice: dimension -> value."""
    rng = np.random.default_rng(seed)
    found = [
        Dimension(
            name,
            tuple(f"v{i}" for i in range(size)),
            rng.integers(-1 if name == "domain" else 0, size, posts).astype(np.int16),
        )
        for name, size in SIZES.items()
    ]
    before = rng.random(posts) < 0.5
    after = np.where(rng.random(posts) < 0.8, before, rng.random(posts) < 0.5)
    if lost is not None:
        inside = np.all([one.codes == lost[one.name] for one in found if one.name in lost], axis=0)
        after &= ~(inside & (rng.random(posts) < rate))
    return aligned(before, after), found


def test_a_row_counts_the_posts_of_its_value() -> None:
    posts = aligned([True, True, False, False, True, True], [True, False, True, False, False, True])
    kind = Dimension("kind", ("link", "self", "empty"), np.array([0, 0, 0, 1, 1, -1], np.int16))
    frame = by_slice(posts, [kind])
    assert frame.drop(columns=["p_value", "q_value"]).to_dict("records") == [
        {
            "dimension": "kind",
            "value": "link",
            "posts": 3,
            "accuracy_baseline": pytest.approx(2 / 3),
            "accuracy_candidate": pytest.approx(2 / 3),
            "difference": pytest.approx(0.0),
            "changed": 2,
            "fixed": 1,
            "broken": 1,
            "swapped": 0,
        },
        {
            "dimension": "kind",
            "value": "self",
            "posts": 2,
            "accuracy_baseline": 0.5,
            "accuracy_candidate": 0.0,
            "difference": -0.5,
            "changed": 2,
            "fixed": 0,
            "broken": 1,
            "swapped": 1,
        },
    ]


def test_rows_equal_counting_by_hand() -> None:
    posts, found = sample(3, posts=2_000, lost={"kind": 1})
    frame = by_slice(posts, found)
    assert len(frame) == sum(SIZES.values())
    for row in frame.itertuples():
        one = next(one for one in found if one.name == row.dimension)
        inside = one.codes == one.values.index(row.value)
        changes = posts.churn
        assert row.posts == inside.sum()
        assert (row.fixed, row.broken, row.swapped) == tuple(
            (kind & inside).sum() for kind in (changes.fixed, changes.broken, changes.swapped)
        )
        right = posts.candidate[:, 0] == posts.truth
        assert row.accuracy_candidate == pytest.approx(right[inside].mean())
        assert row.p_value == pytest.approx(
            stats.binomtest(int(row.fixed), int(row.fixed + row.broken)).pvalue
        )
    expected = stats.false_discovery_control(frame["p_value"])
    np.testing.assert_allclose(frame["q_value"], expected)


def test_without_dimensions_or_posts_there_is_nothing_to_say() -> None:
    posts, found = sample(0, posts=100)
    assert by_slice(posts, []).empty
    assert worst(posts, []).empty
    none = aligned([], [])
    empty = [Dimension("kind", (), np.empty(0, dtype=np.int16))]
    assert list(by_slice(none, empty)) == list(by_slice(posts, found))
    assert list(worst(none, empty)) == list(worst(posts, found))


def test_a_model_against_itself_loses_nowhere() -> None:
    posts, found = sample(1)
    same = aligned(posts.baseline[:, 0] == 0, posts.baseline[:, 0] == 0)
    assert worst(same, found).empty


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        ({"kind": 1}, "kind v1"),
        ({"age": 2}, "age v2"),
        ({"kind": 0, "length": 3}, "kind v0 and length v3"),
    ],
)
def test_a_loss_is_found_and_named(lost: dict[str, int], named: str) -> None:
    """In at least nine of ten runs; neither a part of it nor what contains it is named instead."""
    tables = [worst(*sample(seed, lost=lost, rate=0.4)) for seed in range(20)]
    called = [list(table.loc[table["verdict"] == WORSE, "slice"]) for table in tables]
    assert sum(named in names for names in called) >= 18
    assert sum(len(names) for names in called) <= 24  # nearly nothing but the one


def test_two_losses_are_both_found() -> None:
    posts, found = sample(4, posts=20_000, lost={"kind": 1, "length": 0})
    inside = (found[3].codes == 2) & (np.random.default_rng(0).random(20_000) < 0.25)
    posts = aligned(posts.baseline[:, 0] == 0, (posts.candidate[:, 0] == 0) & ~inside)
    table = worst(posts, found)
    assert set(table.loc[table["verdict"] == WORSE, "slice"]) == {
        "kind v1 and length v0",
        "hour v2",
    }


def test_a_part_that_is_much_worse_than_the_listed_whole_is_listed_too() -> None:
    posts, found = sample(5, posts=40_000, lost={"kind": 1}, rate=0.1)
    inside = (found[0].codes == 1) & (found[2].codes == 0)
    inside &= np.random.default_rng(0).random(40_000) < 0.9
    posts = aligned(posts.baseline[:, 0] == 0, (posts.candidate[:, 0] == 0) & ~inside)
    table = worst(posts, found)
    assert set(table.loc[table["verdict"] == WORSE, "slice"]) == {"kind v1 and age v0", "kind v1"}


def test_slices_that_hold_every_changed_post_leave_nothing_to_list() -> None:
    posts = aligned([True] * 200, [False] * 60 + [True] * 140)
    codes = np.array([0] * 100 + [1] * 100, dtype=np.int16)
    found = [Dimension("kind", ("a", "b"), codes), Dimension("twin", ("c", "d"), 1 - codes)]
    assert worst(posts, found)["slice"].tolist() == ["kind a"]


def test_the_same_posts_under_another_name_are_listed_once() -> None:
    posts, found = sample(6, lost={"kind": 1})
    nearly = found[0].codes.copy()
    nearly[::40] = 1 - nearly[::40]  # 5% apart, counting both ways
    table = worst(posts, [*found, Dimension("twin", ("w0", "w1"), nearly)])
    assert list(table.loc[table["verdict"] == WORSE, "slice"]) == ["kind v1"]


@pytest.mark.slow
def test_equally_good_models_are_called_worse_somewhere_in_at_most_one_run_of_twenty() -> None:
    runs = [worst(*sample(seed, posts=3_000)) for seed in range(100)]
    assert sum((table["verdict"] == WORSE).any() for table in runs) <= 5


def test_small_slices_are_not_tried() -> None:
    posts, found = sample(7, posts=3_000)
    assert (worst(posts, found, fewest_posts=300, limit=100)["posts"] >= 300).all()
    assert len(worst(posts, found, limit=3)) == 3


def test_nearly_all_posts_are_no_slice() -> None:
    """The loss is everywhere, so it is clearest in what holds nearly everything."""
    posts, found = sample(11, lost={}, rate=0.1)
    nearly = Dimension("audience", ("all", "few"), (np.arange(8_000) % 20 == 0).astype(np.int16))
    table = worst(posts, [*found, nearly], limit=100)
    assert (table["posts"] <= 0.9 * 8_000).all()
    assert (by_slice(posts, [nearly])["q_value"] < 0.05).any()


def test_what_is_called_worse_comes_first_then_the_largest_loss() -> None:
    table = worst(*sample(8, lost={"kind": 1}, rate=0.1))
    assert set(table["verdict"]) == {WORSE, SAME}
    called = (table["verdict"] == WORSE).tolist()
    assert called == sorted(called, reverse=True)
    for _, group in table.groupby("verdict"):
        assert group["difference"].is_monotonic_increasing
    assert (table["difference"] < 0).all()
    assert list(table) == [
        *("slice", "posts", "accuracy_baseline", "accuracy_candidate", "difference"),
        *("fixed", "broken", "p_value", "q_value", "verdict"),
        *("dimension", "value", "dimension_2", "value_2"),
    ]


def test_slices_of_known_dimensions_read_as_words() -> None:
    posts, found = sample(9, lost={"kind": 0, "length": 3})
    found[0] = Dimension("kind of post", ("link post", "self post"), found[0].codes)
    lengths = tuple(f"up to {i} characters" for i in range(5))
    found[1] = Dimension("title length", lengths, found[1].codes)
    assert worst(posts, found)["slice"][0] == "link post and title up to 3 characters"
