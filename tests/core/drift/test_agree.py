"""Two models on all stored posts: counted right, sealed posts left out, the same asked once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core import jobs
from core.access import members
from core.access.identity import Actor, Role, Way, acting_as
from core.drift.agree import Pair, agree, newest, pair, results
from core.drift.agreement import COUNTED, MONTH, SUBREDDIT, counted, groups, part, summed
from core.drift.agreement_results import Agreement
from core.drift.agreement_sentence import differing, headline
from core.drift.pending import FUTURE, NO_TEXT, SEALED
from core.errors import InputError, NotFoundError, RefusedError
from core.evaluation.evaluate import evaluate, predictions
from core.evaluation.prediction_table import PredictionTable
from core.jobs import kinds, starting
from core.snapshots import create
from core.snapshots.read import load_ids
from core.snapshots.rules import Rules
from core.stats.rank_overlap import rank_biased_overlap
from core.store.drift import candidates
from core.training.train import train
from tests.conftest import Road
from tests.core.drift.test_predicting import CORPUS, NEXT_MONDAY, later
from tests.factories import QUICK, fill, make_post
from tests.working import work_off

MAY = 1_683_000_000
"""2023-05-02."""
DAYS = 86_400


@pytest.fixture
def chosen(road: Road) -> Pair:
    return pair(road.store, 3, 5)


def found_of(road: Road, chosen: Pair, *, force: bool = False) -> Agreement:
    return results(road.store, agree(road.store, chosen, force=force))


def test_on_the_validation_split_it_counts_what_the_evaluations_say(
    road: Road, chosen: Pair
) -> None:
    found = found_of(road, chosen)
    before, after = (
        predictions(road.store, evaluate(road.store, m, road.snapshot)) for m in chosen.models
    )
    same = before.first == after.first
    apart = found.untrained
    assert apart is not None
    assert apart.posts == len(same)
    assert apart.same == same.mean()
    assert apart.fixed == (~before.right & after.right).sum()
    assert apart.broken == (before.right & ~after.right).sum()
    assert apart.both_right == (before.right & after.right).sum()
    overlap = rank_biased_overlap(before.top_labels, after.top_labels)
    assert apart.overlap == pytest.approx(overlap.mean())


def test_every_post_outside_the_sealed_split_is_counted_once(road: Road, chosen: Pair) -> None:
    fill(road.store, [*later(40), make_post(id="future", created_utc=1 << 33)])
    fill(road.store, [make_post(id="empty", title="", created_utc=NEXT_MONDAY)])
    found = found_of(road, chosen)
    trained = len(load_ids(road.store, road.snapshot, "train"))
    sealed = road.snapshot.splits["test"]
    assert found.left_out == {SEALED: sealed, FUTURE: 1, NO_TEXT: 1}
    assert found.all is not None
    assert found.untrained is not None
    assert found.all.posts == CORPUS - sealed + 40
    assert found.untrained.posts == found.all.posts - trained
    for kind in (found.months, found.subreddits):
        assert sum(each.all.posts for each in kind) == found.all.posts
        assert sum(each.untrained.posts for each in kind if each.untrained) == found.untrained.posts
        assert [each.name for each in kind] == sorted(each.name for each in kind)
    assert {each.name for each in found.subreddits} == {"cats", "cooking", "python", "space"}


def test_posts_that_one_of_two_models_was_trained_on_are_not_among_the_others(road: Road) -> None:
    store = road.store
    fill(store, later(160))
    newer, _ = create(store, Rules(), name="newer")
    model = train(store, newer, model="fasttext", params=QUICK, seed=1, threads=1)
    found = found_of(road, pair(store, 3, model.execution))
    ours, theirs = (set(load_ids(store, s, "train").to_pylist()) for s in (road.snapshot, newer))
    assert theirs - ours
    assert found.all is not None
    assert found.untrained is not None
    begins, ends = road.snapshot.test_span
    with store.read() as session:
        moments = {
            one.id: one.created_utc
            for some in candidates(session, since=0, until=1 << 40, written_since=0)
            for one in some
        }
    learned = {
        post
        for post in ours | theirs
        if not begins <= moments[post] < ends  # sealed in the other snapshot
    }
    assert found.untrained.posts == found.all.posts - len(learned)


def test_posts_that_a_later_snapshot_seals_are_left_out_from_then_on(
    road: Road, chosen: Pair
) -> None:
    fill(road.store, later(160))
    before = found_of(road, chosen)
    create(road.store, Rules(test_since=NEXT_MONDAY + 80 * 3_600), name="later")
    after = found_of(road, chosen)
    assert after.left_out[SEALED] == before.left_out[SEALED] + 80


def test_the_same_is_asked_once_until_posts_come(road: Road, chosen: Pair) -> None:
    assert newest(road.store, chosen) is None
    first = agree(road.store, chosen)
    assert agree(road.store, chosen) == first
    assert newest(road.store, chosen) == first
    assert newest(road.store, Pair(chosen.candidate, chosen.baseline)) is None
    fill(road.store, later(8))
    second = agree(road.store, chosen)
    assert second.number > first.number
    assert newest(road.store, chosen) == second
    assert agree(road.store, chosen, force=True).number > second.number


def test_an_evaluation_means_its_model(road: Road, chosen: Pair) -> None:
    assert pair(road.store, 4, 6) == chosen
    with pytest.raises(InputError, match="the same model"):
        pair(road.store, 3, 4)
    with pytest.raises(NotFoundError):
        pair(road.store, 3, 2)


def test_in_parts_it_is_the_same(road: Road, chosen: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = found_of(road, chosen)
    monkeypatch.setattr("core.drift.agree.AT_ONCE", 50)
    parts = found_of(road, chosen, force=True)
    assert parts.months == whole.months
    assert headline(parts) == headline(whole)


def table(first: list[str], truth: list[str], names: tuple[str, ...]) -> PredictionTable:
    place = {name: i for i, name in enumerate(names)}
    n = len(first)
    return PredictionTable(
        post_id=np.array([f"p{i}" for i in range(n)], dtype=object),
        label=np.array([place[name] for name in truth], dtype=np.int32),
        top_labels=np.array([[place[name]] for name in first], dtype=np.int32),
        top_probs=np.ones((n, 1), dtype=np.float32),
        vocabulary=names,
        model_labels=names,
    )


def test_a_subreddit_whose_case_changed_is_the_same() -> None:
    ours = table(["Cats", "dogs"], ["Cats", "Cats"], ("Cats", "dogs"))
    theirs = table(["cats", "cats"], ["cats", "cats"], ("cats", "dogs"))
    counts = counted(ours, theirs, np.array([MAY, MAY + 40 * DAYS]), np.array([True, False]))
    assert counts[[MONTH, SUBREDDIT]].to_numpy().tolist() == [
        ["2023-05", "Cats"],
        ["2023-06", "Cats"],
    ]
    assert counts["same"].tolist() == [1, 0]
    assert counts[["fixed", "broken", "both_right"]].to_numpy().tolist() == [[0, 0, 1], [1, 0, 0]]


def rows(*posts: tuple[str, str, bool, int, int]) -> pd.DataFrame:
    """Of month, subreddit, whether trained on, posts, and how many of them are the same."""
    frame = pd.DataFrame(posts, columns=["month", "subreddit", "trained", "posts", "same"])
    return frame.reindex(columns=[*frame.columns, *COUNTED[2:]], fill_value=0)


def agreement(counts: pd.DataFrame) -> Agreement:
    months, subreddits = groups(counts, MONTH), groups(counts, SUBREDDIT)
    untrained = part(counts[~counts["trained"]])
    return Agreement(3, 5, part(counts), untrained, months, subreddits, (), {})


def test_it_names_where_they_differ_most_given_what_they_were_trained_on() -> None:
    found = agreement(
        rows(
            ("2023-05", "cats", True, 1000, 900),
            ("2023-05", "dogs", True, 1000, 800),
            ("2023-06", "cats", False, 1000, 600),
            ("2023-06", "dogs", False, 1000, 500),
        )
    )
    assert [each.expected for each in found.months] == [
        0.85,
        0.55,
    ]  # of new posts, and no month is apart
    assert headline(found) == (
        "#3 and #5 give the same first prediction for 70.0% of 4,000 posts (95% interval 68.6% to"
        " 71.4%), and for 55.0% of the 2,000 that neither was trained on (52.8% to 57.2%)."
        " Furthest below the expected share is r/dogs (65.0%, expected 70.0%). No month is below it"
        " beyond chance."
    )
    assert [each.name for each in differing(found.subreddits)] == ["dogs"]


def test_few_posts_are_not_judged_and_none_are_said() -> None:
    few = agreement(rows(("2023-05", "cats", True, 40, 0), ("2023-06", "dogs", True, 400, 400)))
    assert [each.q_value is None for each in few.months] == [True, False]
    assert differing(few.months) == []
    assert "; one of them was trained on each of these." in headline(few)
    new = agreement(rows(("2023-05", "cats", False, 40, 30)))
    assert "; neither was trained on any of these." in headline(new)
    none = agreement(summed([]))
    assert (none.all, none.months) == (None, ())
    assert "No post is left" in headline(none)
    elsewhere = headline(replace(new, unknown=(3,)))
    assert elsewhere.endswith("that #3 was trained on are not known: it was made elsewhere.")


def test_a_job_does_the_same(road: Road, chosen: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "start", work_off)
    inputs = kinds.agreement(road.store, chosen)
    jobs.ask(road.store, kinds.AGREE, inputs, page="Compare")
    made = newest(road.store, chosen)
    assert made is not None
    assert made.command == "agree 3 5 (on the page Compare)"
    assert made.inputs == inputs
    assert agree(road.store, chosen) == made


def test_a_viewer_looks_but_does_not_predict(road: Road, chosen: Pair) -> None:
    made = agree(road.store, chosen)
    members.grant(road.store, "ada", Role.ADMIN)
    with acting_as(Actor("vic", Way.SIGNED_IN)):
        assert agree(road.store, chosen) == made
        with pytest.raises(RefusedError, match="reviewer"):
            agree(road.store, chosen, force=True)
