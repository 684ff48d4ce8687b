"""An erased post is gone from everywhere, and what was made of it still holds together."""

import shutil
from pathlib import Path

import pytest

from core.access.identity import Actor, Way, acting_as
from core.comparison import posts
from core.comparison.compare import Pair, compare, pair, summary_of
from core.comparison.posts import lay_out, page, post_in_full, with_titles
from core.erasure import erase as erasing
from core.erasure.erase import Erased, erase
from core.errors import InputError, RefusedError
from core.evaluation.evaluate import evaluate, predictions
from core.executions import get, listing
from core.executions.history import log_text
from core.snapshots import create, find, load_split
from core.snapshots.files import keep
from core.snapshots.read import OPEN_SPLITS, load_attributes, load_ids, open_split
from core.snapshots.rules import Rules
from core.snapshots.unsealed import unseal
from core.snapshots.verify import SnapshotState, verify
from core.store import Store, engine, open_store
from core.store import erasure as table
from core.store import posts as posts_table
from core.training.train import train
from tests.conftest import Road
from tests.decisions import budget_of
from tests.factories import QUICK, fill, make_corpus, make_post
from tests.faults import Work, parts
from tests.searching import found, marks
from tests.workspaces import copied

CORPUS = {post.id: post for post in make_corpus()}
SPLITS = {"train": slice(0, 192), "valid": slice(192, 216), "test": slice(216, 240)}
ERASED = ["p00007", "p00150", "p00195", "p00200", "p00220"]
"""Two of train, two of valid, one of test."""


def models(store: Store) -> set[str]:
    """Their files hold words of the posts that they were trained on."""
    return {run.outputs["model"] for run in listing(store, kinds=["train"])}


def test_the_text_is_nowhere_in_the_workspace(road: Road) -> None:
    store = road.store
    for split in SPLITS.values():
        assert found(store, marks(*list(CORPUS)[split])) == marks(*list(CORPUS)[split])
    erase(store, ERASED)
    assert found(store, marks(*CORPUS), without=models(store)) == marks(*CORPUS.keys() - ERASED)


def test_only_models_hold_words_of_it_still(road: Road) -> None:
    erase(road.store, ERASED)
    assert found(road.store, marks("p00007")) == marks("p00007")


def test_what_is_told(road: Road) -> None:
    done = erase(road.store, ["t3_p00007", "P00200", "p00007", "zzz9"])
    assert done.checked == 3
    assert (done.erased, done.unknown, done.known) == ({"by_hand": 2}, 1, 0)
    assert (done.snapshots, done.left, done.waiting) == (["small"], {}, 0)
    run = get(road.store, done.execution)
    assert (run.kind, run.status, run.by) == ("erase", "succeeded", "ada")
    assert run.metrics == erasing.as_metrics(done)
    now = find(road.store, "small")
    assert run.outputs == {"small:train": now.train, "small:valid": now.valid}
    assert "p00" not in log_text(road.store, run)  # it would tell who is in the test split
    again = erase(road.store, ["p00007", "p00008"])
    assert (again.erased.total(), again.known) == (1, 1)


def test_a_word_that_is_no_id_erases_nothing(road: Road) -> None:
    with pytest.raises(InputError, match="'not an id' is not the id of a post"):
        erase(road.store, ["p00007", "not an id"])
    assert not listing(road.store, kinds=["erase"])
    assert found(road.store, marks("p00007")) == marks("p00007")


def test_only_an_admin_erases_by_hand(road: Road) -> None:
    with (
        acting_as(Actor("bob", Way.SIGNED_IN)),
        pytest.raises(RefusedError, match="the admin role"),
    ):
        erase(road.store, ["p00007"])
    assert not listing(road.store, kinds=["erase"])


def test_splits_are_read_without_erased_posts_and_keep_their_order(road: Road) -> None:
    store = road.store
    erase(store, ERASED)
    now = find(store, "small")
    assert (now.digest, now.splits) == (road.snapshot.digest, road.snapshot.splits)
    assert now.erased == {"train": 2, "valid": 2, "test": 1}
    assert now.readable == {"train": 190, "valid": 22, "test": 23}
    for split in OPEN_SPLITS:
        expected = [post for post in list(CORPUS)[SPLITS[split]] if post not in ERASED]
        data, file = load_split(store, now, split), open_split(store, now, split)
        assert data.ids == expected
        assert file.ids.to_pylist() == load_ids(store, now, split).to_pylist() == expected
        assert sum(file.sizes) == len(file) == len(data.lines) == len(data.created)
        assert "" not in data.lines
    assert len(unseal(store, now)) == 23


def test_what_describes_an_erased_post_stays_but_for_its_texts(road: Road) -> None:
    before = load_attributes(road.store, road.snapshot, "valid")
    erase(road.store, ERASED)
    after = load_attributes(road.store, road.snapshot, "valid")
    texts = ["domain", "flair"]
    assert after.drop(columns=texts).equals(before.drop(columns=texts))
    assert (after.loc[after["post_id"].isin(ERASED), texts] == "").all(axis=None)


def test_a_snapshot_frozen_later_leaves_them_out_and_says_so(road: Road) -> None:
    erase(road.store, [*ERASED, "zzz9"])
    later, _ = create(road.store, Rules(), name="later")
    assert later.left_out == {"erased": len(ERASED)}
    assert sum(later.splits.values()) == len(CORPUS) - len(ERASED)
    assert later.erased == {}
    assert verify(road.store, later).state == SnapshotState.WHOLE


def test_only_files_that_held_it_are_written_anew_and_those_before_removed(road: Road) -> None:
    store, before = road.store, road.snapshot
    other, _ = create(store, Rules(min_posts=5), name="other")
    assert (other.train, other.valid) == (before.train, before.valid)
    erase(store, ["p00007"])
    now, also = find(store, "small"), find(store, "other")
    assert (now.valid, now.sealed_test) == (before.valid, before.sealed_test)
    assert now.train == also.train != before.train
    paths = {path.name for path in store.artifacts.root.glob("??/*")}
    assert before.train not in paths
    assert {now.train, now.valid, now.sealed_test, also.sealed_test} <= paths


def test_a_file_that_a_killed_run_left_is_found_and_removed(road: Road) -> None:
    store = road.store
    with pytest.raises(KeyboardInterrupt):
        with erasing.record(store, "snapshot", params={}, inputs={}) as run:
            lost = keep(store, b"some words", run)
            raise KeyboardInterrupt
    erase(store, ["p00007"])
    assert lost not in {path.name for path in store.artifacts.root.glob("??/*")}
    assert find(store, "small").erased == {"train": 1}


def test_what_another_run_reads_stays_until_it_is_done(road: Road) -> None:
    store, before = road.store, road.snapshot
    with erasing.record(store, "evaluate", params={}, inputs={"snapshot": before.digest}):
        assert erase(store, ["p00007"]).waiting == 1
        assert store.artifacts.open(before.train)
        assert "p00007" not in load_split(store, before, "train").ids
    assert erase(store, []).waiting == 0
    assert found(store, marks("p00007"), without=models(store)) == set()


@pytest.mark.slow
def test_earlier_results_stay_and_new_ones_are_of_what_is_left(road: Road) -> None:
    store = road.store
    made = compare(store, pair(store, 3, 5))
    erase(store, ERASED)
    assert compare(store, pair(store, 3, 5)) == made
    assert evaluate(store, road.baseline, find(store, "small")).execution == 4
    model = train(store, find(store, "small"), model="fasttext", params=QUICK, seed=7, threads=1)
    assert get(store, model.execution).metrics["posts"] == 190
    judged = evaluate(store, model, find(store, "small"))
    assert judged.posts == 22
    assert not set(predictions(store, judged).post_id) & set(ERASED)


def test_evaluations_of_before_and_after_are_compared_on_what_both_have(road: Road) -> None:
    store = road.store
    before = pair(store, 3, 5)
    whole = summary_of(store, compare(store, before))
    erase(store, ERASED)
    after = evaluate(store, road.candidate, find(store, "small"), force=True)
    chosen = Pair(before.baseline, after)
    summary = summary_of(store, compare(store, chosen))
    assert (whole.kind, whole.posts) == ("paired", 24)
    assert (summary.kind, summary.posts, summary.posts_baseline) == ("paired", 22, 22)
    table_, wanted = predictions(store, before.baseline), predictions(store, after)
    kept = [post in set(wanted.post_id) for post in table_.post_id]
    assert summary.metrics["accuracy"].baseline == pytest.approx(table_.right[kept].mean())
    laid = lay_out(store, chosen, {})
    assert len(posts.chosen(laid)) == 22


def test_a_page_shows_an_erased_post_without_its_text(road: Road) -> None:
    store = road.store
    chosen = pair(store, 3, 5)
    erase(store, ERASED)
    laid = lay_out(store, chosen, {})
    rows = with_titles(store, page(laid, posts.chosen(laid)).rows)
    gone = rows[rows["post_id"].isin(ERASED)]
    assert gone["title"].tolist() == ["(no longer stored)"] * 2
    shown = post_in_full(store, chosen, "p00200")
    assert (shown.post, shown.line) == (None, "")
    neighbour = post_in_full(store, chosen, "p00201")
    assert neighbour.post is not None
    assert marks("p00201") <= set(neighbour.line.split())


def test_a_budget_counts_the_posts_that_are_left(road: Road) -> None:
    store = road.store
    erase(store, ERASED)
    assert budget_of(store, "small").posts == 23


@pytest.mark.slow
def test_the_free_space_of_the_database_is_cleaned_of_rows_that_were_moved(store: Store) -> None:
    """Where rows grow, SQLite moves their neighbours, and leaves the bytes where they were."""
    lengths = (0, 50, 300, 1_500, 9_000)
    for turn in range(3):
        fill(
            store,
            [
                make_post(id=f"p{n:05d}", body=f"mark{n}x " * lengths[(n * 7 + turn * n) % 5])
                for n in range(600)
            ],
        )
    gone = [f"p{n:05d}" for n in range(0, 600, 10)]
    erase(store, gone)
    assert found(store, marks(*gone)) == set()
    with store.read() as session:
        assert posts_table.totals(session).posts == 540


def test_without_anything_to_do_nothing_is_written_anew(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase(road.store, ERASED)
    before = find(road.store, "small")
    monkeypatch.setattr(engine.Store, "scrub", lambda _store: pytest.fail("scrubbed"))
    assert erase(road.store, []).snapshots == []
    assert find(road.store, "small") == before


def erase_some(store: Store) -> Erased:
    return erase(store, ERASED)


KILLED = Work(
    erase_some,
    calls=[
        (erasing.erasing, "empty"),
        (erasing.files, "clear"),
        (erasing, "_scrub"),
        (engine.Store, "scrub"),
    ],
)
PARTS = 6


def assert_sound(store: Store) -> None:
    """Whenever it was killed: a snapshot's files are there, and it is whole."""
    now = find(store, "small")
    for split in OPEN_SPLITS:
        assert set(load_split(store, now, split).ids) <= set(CORPUS)
    assert verify(store, now).state in (SnapshotState.WHOLE, SnapshotState.ERASED)
    with store.read() as session:
        gone = table.buried(session, ERASED)
        assert gone in (set(), set(ERASED))
        assert table.stored(session, ERASED) == set(ERASED) - gone


@parts(PARTS)
def test_killed_at_any_step_it_is_finished_by_the_next(
    trained: Path, tmp_path: Path, home: Path, part: int
) -> None:
    steps = KILLED.steps(copied(trained, tmp_path / "all"), tmp_path / "told")
    assert {"empty", "clear", "_scrub", "scrub", "INSERT INTO tombstones"} <= set(steps)
    for at in range(1 + part, len(steps) + 1, PARTS):
        shutil.rmtree(home, ignore_errors=True)
        copied(trained, home)
        assert KILLED.killed(home, tmp_path / "told", at=at), at
        store = open_store(home)
        with store.read() as session:
            begun = bool(table.newest(session))
        assert_sound(store)
        erase(store, [] if begun else ERASED)
        assert find(store, "small").erased == {"train": 2, "valid": 2, "test": 1}, at
        assert verify(store, find(store, "small")).state == SnapshotState.ERASED
        assert found(store, marks(*ERASED), without=models(store)) == set(), (at, steps[at - 1])
        store.engine.dispose()
