"""Planning a sealed test from the command line: words, a table, and the JSON for scripts."""

import pytest

from core.executions import listing
from core.stats.testset import Adaptivity, Bound, Promise, candidates_possible, posts_needed
from tests.commands import assert_refused, signoff
from tests.conftest import Road


def test_plan_says_how_many_posts_by_each_bound(home: object) -> None:
    told = signoff("ledger", "plan", "--epsilon", 0.01, "--delta", 0.001)
    assert told.code == 0, told.err
    assert "32 candidates, each answer seen before the next candidate is made" in told.out
    assert "within ±0.01 of the truth, with probability 0.999." in told.out
    assert "148,909" in told.out
    assert "To compare each candidate with production: 595,633 posts." in told.out
    assert "give --disagreement" in told.out
    assert "--answers" in told.out
    assert "Bennett" not in told.out


def test_plan_uses_how_much_the_models_disagree(home: object) -> None:
    told = signoff("ledger", "plan", "--disagreement", 0.1, "--adaptivity", "none")
    assert "no answer seen before all are judged" in told.out
    assert "To compare each candidate with production: 17,469 posts." in told.out
    assert "22,860" in told.out
    assert "give --disagreement" not in told.out
    assert "--answers" not in told.out


def test_plan_as_json(home: object) -> None:
    found = signoff("ledger", "plan", "--disagreement", 0.1, "--json").json
    bounds = found.pop("bounds")
    assert found == {
        "epsilon": 0.01,
        "delta": 0.001,
        "candidates": 32,
        "adaptivity": "full",
        "disagreement": 0.1,
        "answers": 2,
        "bound": "exact",
        "posts_needed": 53_905,
        "split": None,
    }
    assert [(one["bound"], one["of"]) for one in bounds] == [
        ("accuracy-hoeffding", "accuracy"),
        ("accuracy-exact", "accuracy"),
        ("hoeffding-halves", "difference"),
        ("hoeffding", "difference"),
        ("bennett", "difference"),
        ("exact", "difference"),
    ]
    promise = Promise(delta=0.001, disagreement=0.1, bound=Bound.BENNETT)
    assert bounds[4] == {
        "bound": "bennett",
        "of": "difference",
        "posts_needed": posts_needed(promise, epsilon=0.01, candidates=32),
        "uses": None,
        "tolerance": None,
    }


def test_plan_for_a_snapshot_says_its_uses_and_records_nothing(road: Road) -> None:
    before = listing(road.store)
    words = ("ledger", "plan", "--snapshot", "small", "--epsilon", 0.3, "--delta", 0.1)
    words = (*words, "--disagreement", 0.2, "--candidates", 3)
    found = signoff(*words, "--json").json
    posts = road.snapshot.splits["test"]
    promise = Promise(delta=0.1, adaptivity=Adaptivity.FULL, disagreement=0.2, bound=Bound.EXACT)
    split = found["split"]
    assert set(split) == {"snapshot", "digest", "posts", "uses", "tolerance"}
    assert (split["snapshot"], split["digest"]) == ("small", road.snapshot.digest)
    assert (split["posts"], posts) == (24, 24)
    assert split["uses"] == candidates_possible(promise, posts=posts, epsilon=0.3)
    told = signoff(*words).out
    assert f"The test split of small has 24: it can judge {split['uses']} of them" in told
    assert "small can judge" in told
    assert "exact to, for 3" in told
    assert listing(road.store) == before


@pytest.mark.parametrize(
    ("words", "fragments"),
    [
        (("--epsilon", 0), ("--epsilon 0 is not between 0 and 1", "--epsilon 0.01")),
        (("--epsilon", 1), ("--epsilon 1 is not between 0 and 1",)),
        (("--epsilon", "nan"), ("--epsilon nan",)),
        (("--epsilon", 1e-9), ("more than 1,000,000,000,000 posts would be needed",)),
        (("--delta", 0), ("delta 0.0 is not between 0 and 1", "--delta 0.001")),
        (("--candidates", 0), ("--candidates 0 is not a number of candidates",)),
        (("--disagreement", 0), ("disagreement 0.0",)),
        (("--disagreement", 2), ("disagreement 2.0",)),
        (("--answers", 1), ("there are at least two, pass and fail",)),
        (("--snapshot", "autumn"), ("no snapshot 'autumn'", "signoff snapshot list")),
    ],
)
def test_what_cannot_be_planned_is_refused(
    store: object, words: tuple[object, ...], fragments: tuple[str, ...]
) -> None:
    assert_refused(signoff("ledger", "plan", *words), *fragments)


def test_an_unknown_adaptivity_is_wrong_usage(home: object) -> None:
    assert signoff("ledger", "plan", "--adaptivity", "some").code == 2
