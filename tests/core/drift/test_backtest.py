"""A backtest trains as it was possible earlier, and measures each model on what came later."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from core.drift import backtest as module
from core.drift.ageing import ageing, of_figure
from core.drift.backtest import backtest
from core.drift.backtest_results import Backtest, Cell
from core.drift.backtests import earlier_models, newest, newest_of
from core.drift.cutoffs import Every
from core.drift.reading import Posts, read
from core.erasure.erase import erase
from core.errors import InputError, RefusedError
from core.evaluation.evaluate import evaluate
from core.evaluation.history import trainings
from core.executions import get, listing
from core.executions.grouping import steps
from core.executions.purpose import BACKTEST
from core.release.identity import described
from core.snapshots import create, find
from core.snapshots.read import OPEN_SPLITS, load_ids
from core.snapshots.rules import Rules
from core.store import Store, open_store
from core.store import drift as drift_table
from core.training.average import average
from core.training.earlier import Earlier, earlier, open_posts
from core.training.load import load
from core.training.train import of_execution, train
from tests.backtests import CUTOFFS, make_backtested, make_frozen, run
from tests.workspaces import copied, once


@pytest.fixture
def frozen(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A snapshot that was not backtested yet."""
    copied(once(tmp_path_factory, "frozen-for-backtests", make_frozen), home)
    store = open_store(home)
    yield store
    store.engine.dispose()


@pytest.fixture
def backtested(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The same with a backtest."""
    copied(once(tmp_path_factory, "backtested", make_backtested), home)
    store = open_store(home)
    yield store
    store.engine.dispose()


@pytest.fixture
def found(backtested: Store) -> Backtest:
    last = newest(backtested)
    assert last is not None
    return last


def known(store: Store, cutoff: int) -> Earlier:
    return earlier(open_posts(store, find(store, "long")), before=cutoff)


def test_each_model_knows_the_posts_before_its_cutoff_alone(
    backtested: Store, found: Backtest
) -> None:
    assert len(found.models) == CUTOFFS
    for model in found.models:
        posts = known(backtested, model.cutoff)
        assert posts.train.created.max() < model.validated_since == posts.valid.created.min()
        assert posts.valid.created.max() < model.cutoff <= model.later[0].begins
        assert len(posts.train) == model.posts
        both = len(posts.train) + len(posts.valid)
        assert len(posts.valid) == pytest.approx(both / 10, abs=1)
        made = train(backtested, find(backtested, "long"), before=model.cutoff)
        assert made.execution == model.training


def test_figures_are_those_of_the_model_asked_again(backtested: Store, found: Backtest) -> None:
    """A second computation: the model is loaded, and asked for the posts of each window."""
    store, posts = backtested, open_posts(backtested, find(backtested, "long"))
    for model in found.models:
        classifier = load(store, of_execution(store, model.training))
        for cell in model.later:
            inside = posts.among((posts.created >= cell.begins) & (posts.created < cell.ends))
            said = classifier.predict(inside.lines, k=1).labels[:, 0]
            right = [
                classifier.labels[label] == inside.labels[truth]
                for label, truth in zip(said, inside.label, strict=True)
            ]
            assert cell.posts == len(inside)
            assert cell.figures["accuracy"].value == pytest.approx(np.mean(right))
            label = inside.labels.index("cats")
            cats = [one for one, of in zip(right, inside.label, strict=True) if of == label]
            assert cell.topics["animals"].posts == len(cats)
            assert cell.topics["animals"].accuracy == pytest.approx(np.mean(cats))


def test_windows_follow_each_other_by_age(found: Backtest) -> None:
    for place, model in enumerate(found.models):
        assert [cell.age for cell in model.cells] == list(range(CUTOFFS - place + 1))
        assert [cell.begins for cell in model.later] == [m.cutoff for m in found.models[place:]]
    ages = ageing(found.models, of_figure("accuracy"))
    assert ages.decay[-1].change.value < -0.1  # the posts were made so


def test_no_sealed_post_is_read_and_none_is_sealed(backtested: Store, found: Backtest) -> None:
    store, snapshot = backtested, find(backtested, "long")
    open_ids = {post for s in OPEN_SPLITS for post in load_ids(store, snapshot, s).to_pylist()}
    for model in earlier_models(store, of_execution(store, found.models[0].training)):
        with store.read() as session:
            files = drift_table.files_of(session, model.digest).values()
        assert {post for file in files for post in ids_in(store, file.file)} <= open_ids
    assert len(listing(store, kinds=["snapshot"])) == 1


def ids_in(store: Store, digest: str) -> list[str]:
    ids: list[str] = pq.read_table(store.artifacts.open(digest))["post_id"].to_pylist()
    return ids


def test_what_models_said_is_read_as_drift_reads_it(backtested: Store, found: Backtest) -> None:
    store = backtested
    models = earlier_models(store, of_execution(store, found.models[-1].training))
    assert [model.execution for model in models] == [each.training for each in found.models]
    for model, trained in zip(models, found.models, strict=True):
        stored = read(store, model)
        assert isinstance(stored.reference, Posts)
        assert isinstance(stored.posts, Posts)
        assert isinstance(trained.validation, Cell)
        assert len(stored.reference) == trained.validation.posts
        assert stored.posts.created.min() >= trained.cutoff
        assert np.all(np.diff(stored.posts.created) >= 0)
        assert stored.posts.words.min() > 0
    other = train(store, find(store, "long"), params={"C": "0.2"})
    assert earlier_models(store, other) == []
    assert newest_of(store, train(store, find(store, "long"))) == found


def test_a_random_tenth_is_held_out_of_the_same_posts(backtested: Store, found: Backtest) -> None:
    assert found.promise is not None
    made = get(backtested, found.promise.training)
    assert (made.params["before"], made.params["shuffled"]) == (found.models[-1].cutoff, True)
    cutoff = found.models[-1].cutoff
    drawn = earlier(open_posts(backtested, find(backtested, "long")), before=cutoff, seed=0)
    assert found.promise.posts == len(drawn.valid)
    assert drawn.valid.created.min() < known(backtested, cutoff).valid.created.min()
    assert not set(drawn.valid.ids) & set(drawn.train.ids)


def test_its_parts_stand_under_it_and_nowhere_else(backtested: Store, found: Backtest) -> None:
    groups = steps(backtested, most=100).groups
    assert [group.execution.kind for group in groups] == ["backtest", "snapshot", "import"]
    assert groups[0].execution.number == found.execution
    assert groups[0].told == f"+{CUTOFFS + 1} trainings"
    assert {part.purpose for part in groups[0].parts} == {BACKTEST}
    assert {part.kind for part in groups[0].parts} == {"train", "predict"}
    made = trainings(backtested)
    assert not any(each.own for each in made)
    said = [described(each) for each in made]
    assert all(each.startswith("backtest of linear") for each in said)
    assert sum("a tenth held out at random" in each for each in said) == 1
    assert any("posts before 2023-12-11" in each for each in said)


def test_the_second_time_nothing_is_trained_or_predicted(
    backtested: Store, found: Backtest
) -> None:
    before = len(listing(backtested))
    again = run(backtested, find(backtested, "long"))
    assert (again.models, again.promise) == (found.models, found.promise)
    assert len(listing(backtested)) == before + 1
    assert newest(backtested) == again


def test_after_an_interruption_it_goes_on_where_it_was(
    frozen: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot, replayed = find(frozen, "long"), list[int]()

    def replay(*given: Any, **more: Any) -> int:
        if len(replayed) == 2:
            raise KeyboardInterrupt
        replayed.append(real(*given, **more))
        return replayed[-1]

    real = module.replay
    with monkeypatch.context() as patch:
        patch.setattr(module, "replay", replay)
        with pytest.raises(KeyboardInterrupt):
            run(frozen, snapshot)
    assert newest(frozen) is None
    trained = [each.number for each in listing(frozen, kinds=["train"])]
    shown = {group.execution.number for group in steps(frozen, most=100).groups}
    assert set(trained) <= shown  # nothing else counts them yet
    run(frozen, snapshot)
    assert len(listing(frozen, kinds=["train"])) == CUTOFFS + 1
    assert len(listing(frozen, kinds=["predict"])) == CUTOFFS + 1
    assert {each.status for each in listing(frozen)} == {"succeeded"}


def test_what_cannot_be_backtested_is_refused(frozen: Store) -> None:
    drawn, _ = create(frozen, Rules(split="random"), name="drawn")
    with pytest.raises(InputError, match="drawn was split at random"):
        run(frozen, drawn)
    with pytest.raises(InputError, match="With --every '7 weeks' there is nothing"):
        run(frozen, find(frozen, "long"), every="7 weeks")
    with pytest.raises(InputError, match="too few to train on"):
        backtest(frozen, find(frozen, "long"), every=Every.parse("week"), fewest=1)
    assert listing(frozen, kinds=["train", "backtest"]) == []


def test_an_erased_post_leaves_the_files_of_all_models(backtested: Store, found: Backtest) -> None:
    store, snapshot = backtested, find(backtested, "long")
    last = found.models[-1].later[-1]
    posts = open_posts(store, snapshot)
    inside = np.flatnonzero((posts.created >= last.begins) & (posts.created < last.ends))
    gone = posts.ids[inside[7]]
    erase(store, [gone])
    for model in earlier_models(store, of_execution(store, found.models[0].training)):
        with store.read() as session:
            files = drift_table.files_of(session, model.digest).values()
        assert gone not in {post for file in files for post in ids_in(store, file.file)}
    again = run(store, snapshot)
    assert [model.later[-1].posts for model in again.models] == [last.posts - 1] * CUTOFFS
    assert [model.training for model in again.models] == [m.training for m in found.models]


def test_such_models_are_in_no_ensemble(backtested: Store, found: Backtest) -> None:
    with pytest.raises(RefusedError, match="was trained for a backtest"):
        average(backtested, [model.training for model in found.models[:2]])


def test_an_evaluation_of_such_a_model_tells_what_it_was_trained_on(
    backtested: Store,
) -> None:
    """Its newest training posts are of the snapshot's validation split."""
    store, snapshot = backtested, find(backtested, "long")
    end = snapshot.cutoffs["test"]
    model = train(store, snapshot, before=end)
    posts, valid = known(store, end), set(load_ids(store, snapshot, "valid").to_pylist())
    seen = len(valid & set(posts.train.ids)) / len(valid)
    assert 0 < seen < 1
    assert evaluate(store, model, snapshot).metrics["seen_in_training"] == pytest.approx(seen)
