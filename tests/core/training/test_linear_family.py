"""Linear models, trained on posts."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError, SignoffError, StorageError
from core.evaluation.evaluate import evaluate
from core.evaluation.influence import influential_words
from core.progress import silent
from core.serving.model import LocalModel
from core.serving.process import ProcessModel
from core.snapshots.content import SplitData
from core.text import without_domain
from core.training.families import chosen
from core.training.linear import blocks, training
from core.training.linear.model import LinearClassifier, load
from core.training.linear.training import orders
from core.training.linear_family import LinearFamily
from core.training.load import load as load_model
from core.training.load import loader
from core.training.recency import DAY, OLDEST, recency
from core.training.train import train
from tests.conftest import Road
from tests.factories import make_corpus, make_post, make_split

DATA = make_split(make_corpus(posts=30))


def fit(
    path: Path,
    given: Mapping[str, str] | None = None,
    *,
    data: SplitData = DATA,
    seed: int = 0,
    threads: int = 1,
    progress: Any = silent,
) -> Path:
    kind = LinearFamily()
    params = chosen(kind, given or {}, posts=80, labels=4)
    kind.fit(
        data,
        path,
        calibration=make_split([]),
        params=params,
        seed=seed,
        threads=threads,
        unfinished=path.parent / f"unfinished-{path.name}",
        progress=progress,
    )
    return path


def test_any_number_of_threads_gives_the_same_bytes(tmp_path: Path) -> None:
    one, *others = (fit(tmp_path / str(n), threads=n).read_bytes() for n in (1, 2, 5))
    assert all(other == one for other in others)


def test_another_seed_takes_the_posts_in_another_order(tmp_path: Path) -> None:
    one, other = (fit(tmp_path / str(n), seed=n).read_bytes() for n in (1, 2))
    assert one != other
    first, second = orders(50, 2, 7)
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(50))
    assert first.tolist() != second.tolist()


@pytest.mark.parametrize(
    "given",
    [
        {"C": "0.5"},
        {"epochs": "1"},
        {"positive": "1"},
        {"half_life": "0"},
        {"half_life": "1"},
        {"characters": "0"},
        {"characters": "1"},
        {"min_df": "10"},
        {"prune": "0.2"},
    ],
)
def test_every_parameter_makes_another_model_that_learns(
    tmp_path: Path, given: dict[str, str]
) -> None:
    path = fit(tmp_path / "model", given)
    assert path.read_bytes() != fit(tmp_path / "default").read_bytes()
    classifier = load(path)
    said = classifier.predict(["kitten whiskers purring", "rocket orbit lunar"], k=1)
    assert [classifier.labels[label] for label in said.labels[:, 0]] == ["cats", "space"]


def test_pruning_makes_a_smaller_file_and_its_loss_is_kept_with_the_model(tmp_path: Path) -> None:
    whole = fit(tmp_path / "whole", {"prune": "0"})
    few = fit(tmp_path / "few", {"prune": "1"})
    assert few.stat().st_size < whole.stat().st_size
    measured = load(whole).made["rounding"]
    assert measured == {
        "posts": len(DATA),
        "same_first": 1.0,
        "accuracy_before": measured["accuracy"],
        "accuracy": measured["accuracy"],
    }
    assert load(few).made["rounding"]["same_first"] < 1


def linking(posts: int) -> SplitData:
    """Posts of two subreddits that differ in nothing but what they link to."""
    return make_split(
        [
            make_post(
                id=f"a{n}", subreddit=("cats", "space")[n % 2], domain=("cat.com", "sky.org")[n % 2]
            )
            for n in range(posts)
        ]
    )


def test_what_a_post_links_to_is_learned_where_that_is_asked_for(tmp_path: Path) -> None:
    data = linking(60)
    model = load(fit(tmp_path / "on", {"domain": "0.5"}, data=data))
    said = model.predict(data.lines, k=1).labels[:, 0]
    np.testing.assert_array_equal(said, data.label)
    without = model.predict([without_domain(data.lines[0])], k=2)
    assert abs(np.diff(without.probabilities[0])) < 0.1
    off = load(fit(tmp_path / "off", data=data)).predict(data.lines[:2], k=2)
    np.testing.assert_array_equal(off.probabilities[0], off.probabilities[1])


def test_a_link_that_is_always_withheld_is_not_learned(tmp_path: Path) -> None:
    data = linking(60)
    kept = load(fit(tmp_path / "none", {"domain": "0.5", "domain_dropout": "1"}, data=data))
    off = load(fit(tmp_path / "off", data=data))
    ours, theirs = kept.predict(data.lines, k=2), off.predict(data.lines, k=2)
    np.testing.assert_array_equal(ours.probabilities, theirs.probabilities)


def test_newer_posts_count_more_and_all_of_them_one_on_average() -> None:
    created = np.array([0, 10, 1_000], dtype=np.int64) * DAY
    weights = recency(created, 990.0)
    assert weights.mean() == pytest.approx(1)
    expected = [OLDEST + (1 - OLDEST) * 0.5 ** (1_000 / 990), OLDEST + (1 - OLDEST) / 2, 1]
    np.testing.assert_allclose(weights / weights[2], expected)
    assert recency(created, 0).tolist() == [1, 1, 1]
    steep = recency(created, 0.001)
    np.testing.assert_allclose(steep / steep[2], [OLDEST, OLDEST, 1])


@given(st.lists(st.text(max_size=20), min_size=1, max_size=8), st.integers(1, 3))
def test_any_texts_can_be_trained_on(lines: list[str], labels: int) -> None:
    count = len(lines)
    data = SplitData(
        ids=[str(n) for n in range(count)],
        lines=lines,
        label=(np.arange(count) % labels).astype(np.int32),
        created=np.zeros(count, dtype=np.int64),
        labels=("a", "b", "c"),
    )
    params = chosen(LinearFamily(), {"min_df": "1"}, posts=80, labels=4)
    model = training.train(data, params=params, seed=0, threads=1, progress=silent)
    said = LinearClassifier(model).predict([*lines, ""], k=3)
    assert said.labels.max() < min(labels, count)
    assert (said.probabilities.sum(axis=1, dtype=float) <= 1).all()


def test_no_posts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="training split is empty"):
        fit(tmp_path / "model", data=make_split([]))
    assert list(tmp_path.glob("model*")) == []


def test_where_memory_runs_out_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("core.training.linear.blocks.solve", refuse)
    with pytest.raises(SignoffError, match=r"ran out of memory.*min_df"):
        fit(tmp_path / "model", threads=2)


def test_a_full_disk_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageError, match="is full"):
        fit(tmp_path / "model")
    assert list(tmp_path.glob("model*")) == []


@pytest.mark.parametrize(
    "step", ["Finding n-grams", "Counting n-grams", "Weighing n-grams", "Training"]
)
def test_ctrl_c_is_heard_in_every_step(tmp_path: Path, step: str) -> None:
    def interrupt(name: str, _done: float, _total: float | None) -> None:
        if name == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "model", progress=interrupt)
    assert list(tmp_path.glob("model*")) == []


def test_progress_grows_to_the_whole(tmp_path: Path) -> None:
    seen: dict[str, list[float]] = {}
    totals: dict[str, set[float | None]] = {}

    def note(step: str, done: float, total: float | None) -> None:
        seen.setdefault(step, []).append(done)
        totals.setdefault(step, set()).add(total)

    fit(tmp_path / "model", progress=note)
    assert list(seen) == ["Finding n-grams", "Counting n-grams", "Weighing n-grams", "Training"]
    for step, done in seen.items():
        (total,) = totals[step]
        assert done[-1] == total
    assert seen["Training"] == sorted(seen["Training"])


def test_the_words_that_speak_for_a_prediction_are_found(tmp_path: Path) -> None:
    classifier = load(fit(tmp_path / "model"))
    found = influential_words(classifier, "the rocket finally whiskers", "space")
    effects = {influence.word: influence.effect for influence in found}
    assert effects["rocket"] > 0 > effects["whiskers"]


def test_it_is_trained_evaluated_and_served_as_any_model(road: Road) -> None:
    trained = train(road.store, road.snapshot, model="linear", threads=1)
    assert trained.family == "linear"
    again = train(road.store, road.snapshot, model="linear", threads=2)
    assert (again.execution, again.digest) == (trained.execution + 1, trained.digest)
    assert evaluate(road.store, trained, road.snapshot).metrics["accuracy"] > 0.9
    posts = [("My KITTEN", "purring"), ("Simmer the broth!", "")]
    here = LocalModel(load_model(road.store, trained)).predict(posts, k=3)
    there = ProcessModel(loader(road.store, trained)).predict(posts, k=3)
    np.testing.assert_array_equal(here.labels, there.labels)
    np.testing.assert_array_equal(here.probabilities, there.probabilities)


def test_a_single_post_is_enough(tmp_path: Path) -> None:
    path = fit(tmp_path / "model", data=make_split([make_post()]))
    assert load(path).predict(["kitten"], k=2).labels.tolist() == [[0, -1]]


@pytest.mark.slow
def test_listing_the_families_does_not_import_numba() -> None:
    asked = "import sys; import core.training.families; print('numba' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


@pytest.mark.slow
def test_a_process_that_serves_holds_little_besides_numba_and_its_model(tmp_path: Path) -> None:
    path = fit(tmp_path / "model")
    asked = (
        "import sys; import core.serving.worker_main\n"
        "from pathlib import Path; from core.training.linear.loading import load\n"
        f"load(Path({str(path)!r})).predict(['kitten'], k=1)\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    imported = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"core", "numba", "numpy", "safetensors"} <= set(imported)
    assert {"pandas", "pyarrow", "sqlalchemy", "pydantic"}.isdisjoint(imported)


@pytest.mark.parametrize("resume", [True, False])
def test_after_a_kill_blocks_that_are_done_are_not_learned_again(
    road: Road, monkeypatch: pytest.MonkeyPatch, resume: bool
) -> None:
    whole = train(road.store, road.snapshot, threads=1, seed=1)
    monkeypatch.setattr(blocks, "WIDEST", 1)
    monkeypatch.setattr(blocks, "LANES", 1)  # four blocks instead of one
    real, learned = blocks.solve, list[int]()

    def killed(*words: Any, **options: Any) -> Any:
        learned.append(words[1].start)
        if words[1].start == 2 and learned.count(2) == 1:
            raise KeyboardInterrupt
        return real(*words, **options)

    monkeypatch.setattr(blocks, "solve", killed)
    with pytest.raises(KeyboardInterrupt):
        train(road.store, road.snapshot, threads=1, seed=1, force=True)
    learned.clear()
    learned.append(2)
    again = train(road.store, road.snapshot, threads=1, seed=1, force=True, resume=resume)
    # A thread may have gone on with the last one.
    assert {2} <= set(learned[1:]) <= {2, 3} if resume else set(learned[1:]) == {0, 1, 2, 3}
    assert again.digest == whole.digest
    assert list(road.store.artifacts.root.glob("unfinished-*")) == []
    learned.clear()
    learned.append(2)
    train(road.store, road.snapshot, threads=1, seed=2)
    assert learned[1:] == [0, 1, 2, 3]
