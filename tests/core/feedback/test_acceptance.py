"""Two versions are compared by what users answer, and no word says more than the interval."""

import pytest

from core.comparison.results import HIGHER, LOWER, SAME
from core.feedback import summary
from core.feedback.acceptance import change
from core.feedback.submissions import answer
from core.feedback.summary import Share, VersionFeedback
from core.stats.calibration import Reliability
from tests.conftest import Road
from tests.core.feedback.conftest import Send

NOTHING = Reliability(posts=[], mean_p=[], accuracy=[])  # type: ignore[arg-type]


def version(name: str, right: int, answered: int) -> VersionFeedback:
    return VersionFeedback(
        version=name,
        training=1,
        texts=answered,
        shadows=0,
        answered=answered,
        first=Share(right, answered),
        five=Share(0, 0),
        p_mean=None,
        p_posts=[],
        against=None,
        reliability=NOTHING,
    )


@pytest.mark.parametrize(
    ("right", "direction", "words"),
    [
        (60, SAME, "That shows no difference from 20261101.1"),
        (90, HIGHER, "That is more than for 20261101.1"),
        (20, LOWER, "That is less than for 20261101.1"),
    ],
)
def test_words_of_direction_need_an_interval_without_0(
    right: int, direction: str, words: str
) -> None:
    new, old = version("20261201.1", right, 100), version("20261101.1", 56, 100)
    found = change(new, [new, old])
    assert found is not None
    assert found.direction == direction
    assert found.interval[0] < found.difference < found.interval[1]
    assert found.sentence.startswith(f"{words}, the version before (56.0% of 100 answers): ")


def test_the_interval_is_newcombes() -> None:
    """His own example: 56 of 70 against 48 of 80 (1998, table II, method 10)."""
    new, old = version("b", 56, 70), version("a", 48, 80)
    found = change(new, [new, old])
    assert found is not None
    assert found.interval == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert "+20.0 percentage points, 95% interval +5.2 to +33.4" in found.sentence


def test_a_version_without_answers_is_not_the_one_before() -> None:
    new, silent, old = version("c", 5, 10), version("b", 0, 0), version("a", 5, 10)
    found = change(new, [new, silent, old])
    assert found is not None
    assert found.before == "a"
    assert change(old, [new, silent, old]) is None
    assert change(silent, [new, silent, old]) is None


def test_what_reviewers_sent_is_in_no_figure_of_users(road: Road, send: Send) -> None:
    answer(road.store, send("one"), "cats")
    answer(road.store, send("two", tried=True), "Kayaking")
    counted = summary.count(road.store)
    (one,) = summary.by_version(road.store, counted)
    assert (one.texts, one.answered, one.first) == (1, 1, Share(1, 1))
    assert sum(one.p_posts) == 1
    assert counted.tried == {one.version: 1}
    with road.store.read() as session:
        from core.store import feedback, releases

        assert feedback.named(session) == []
        assert summary.demand(road.store, releases.versions(session)[0]) == []
