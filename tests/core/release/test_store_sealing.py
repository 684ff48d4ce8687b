"""Posts of a sealed test whose texts leave the table of posts, and come back on record."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace

import pytest

from core import audit
from core.audit.lines import lines
from core.comparison.posts import SEALED as SEALED_TITLE
from core.comparison.posts import with_titles
from core.erasure.erase import erase
from core.errors import ConflictError, InputError, RefusedError, StorageError, WrongKeyError
from core.executions import listing
from core.quality import check as quality
from core.quality.findings import findings
from core.release import history, openings, review, store_sealing
from core.release.seal_events import StoreReleased
from core.release.store_sealing import release_store, seal_store, state
from core.snapshots import create, erasing, find, rotation
from core.snapshots.rules import Rules
from core.snapshots.sealed import Sealed
from core.snapshots.unsealed import unseal
from core.snapshots.verify import SnapshotState, verify
from core.store import Store, engine, store_seals
from core.store import posts as posts_table
from core.store.posts import SEALED
from tests.commands import signoff
from tests.conftest import Road
from tests.decisions import budget_of
from tests.factories import CAREFUL, fill, make_corpus, set_policy, write_folder
from tests.searching import found, marks

CORPUS = {post.id: post for post in make_corpus()}
TEST = list(CORPUS)[216:]
SOME = replace(CORPUS[TEST[0]], url="https://i.example/secreturl.png", flair="secretflair")


@pytest.fixture
def sealed(road: Road) -> Road:
    """The road, with the posts of its test sealed in the store."""
    fill(road.store, [SOME])
    seal_store(road.store, road.snapshot)
    return road


def rows(store: Store, *columns: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(store.home / "signoff.db")) as connection:
        query = f"SELECT {', '.join(columns)} FROM posts ORDER BY id"  # noqa: S608 - of this test
        return connection.execute(query).fetchall()


def bytes_of_database(store: Store) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(store.home.glob("signoff.db*")))


def test_no_text_of_the_test_is_left_in_any_file(sealed: Road) -> None:
    hidden = {*marks(*TEST), "secreturl", "secretflair"}
    raw = bytes_of_database(sealed.store)
    assert [word for word in hidden if word.encode() in raw] == []
    open_marks = marks(*CORPUS.keys() - set(TEST))
    assert all(word.encode() in raw for word in open_marks)
    # `found` opens the two sealed files, which have them; no other file does.
    assert found(sealed.store, hidden) == hidden
    split = find(sealed.store, "small").sealed_test
    assert found(sealed.store, hidden, without=[split, store_file(sealed.store)]) == set()


def test_what_is_no_text_stays(road: Road) -> None:
    kept = ("id", "subreddit_id", "created_utc", "score", "is_self", "fingerprint", "execution")
    before = rows(road.store, *kept)
    done = seal_store(road.store, road.snapshot)
    assert done.posts == len(TEST)
    assert rows(road.store, *kept) == before
    run = listing(road.store)[0]
    assert (run.kind, run.metrics) == ("seal_store", {"posts": len(TEST)})


def test_the_test_is_still_opened_and_the_snapshot_is_whole(sealed: Road) -> None:
    assert unseal(sealed.store, sealed.snapshot).ids.to_pylist() == TEST
    assert verify(sealed.store, find(sealed.store, "small")).state == SnapshotState.WHOLE
    set_policy(sealed.store, CAREFUL)
    review.propose(sealed.store, sealed.candidate.execution)
    openings.open_test(sealed.store, sealed.candidate.execution, reason="to know")
    without = [sealed.snapshot.sealed_test, store_file(sealed.store)]
    assert found(sealed.store, marks(*TEST), without=without) == set()


def test_sealing_again_does_nothing(sealed: Road) -> None:
    runs = len(listing(sealed.store))
    again = seal_store(sealed.store, sealed.snapshot)
    assert (again.execution, again.posts) == (None, len(TEST))
    assert len(listing(sealed.store)) == runs


def test_a_seal_that_was_cut_off_before_the_database_was_cleaned_is_finished(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(engine.Store, "scrub", refuse)
        with pytest.raises(StorageError, match="still reading"):
            seal_store(road.store, road.snapshot)
    assert state(road.store, road.snapshot) == "sealed"
    assert "signoff snapshot seal-store small" in signoff("snapshot", "show", "small").out
    assert any(word.encode() in bytes_of_database(road.store) for word in marks(*TEST))
    seal_store(road.store, road.snapshot)
    assert "seal-store" not in signoff("snapshot", "show", "small").out
    assert not any(word.encode() in bytes_of_database(road.store) for word in marks(*TEST))


def refuse(_store: Store) -> None:
    raise StorageError("Another process is still reading the old database", "Wait.")


@pytest.mark.parametrize("change", [{}, {"score": 99}, {"title": "edited mark216x"}])
def test_no_import_brings_the_texts_back(sealed: Road, change: dict[str, object]) -> None:
    store = sealed.store
    before = rows(store, "id", "title", "score", "seal")
    folder = write_folder(store.home.parent / "in", [replace(CORPUS[TEST[0]], **change)])
    done = signoff("import", folder, "--json")
    assert done.code == 0
    assert done.json["inserted"] == done.json["updated"] == 0
    assert rows(store, "id", "title", "score", "seal") == before


def test_an_import_says_which_posts_it_left(sealed: Road) -> None:
    posts = [replace(CORPUS[post], score=7) for post in TEST[:3]]
    done = signoff("import", write_folder(sealed.store.home.parent / "in", posts))
    assert "3 skipped: sealed in the store." in done.out


def test_erasing_takes_a_sealed_post_out_of_everything(sealed: Road) -> None:
    store = sealed.store
    before = store_file(store)
    done = erase(store, [TEST[0], TEST[5], "p00007"])
    assert (done.erased.total(), done.left) == (3, {})
    assert store_file(store) != before
    assert found(store, marks(TEST[0], TEST[5])) == set()
    assert not (store.home / "artifacts" / before[:2] / before).exists()
    assert verify(store, find(store, "small")).state == SnapshotState.ERASED
    released = release_store(store, find(store, "small"), reason="to look")
    assert released.posts == len(TEST) - 2
    assert found(store, marks(TEST[0], TEST[5])) == set()


def store_file(store: Store) -> str:
    with store.read() as session:
        return store_seals.files(session)[find(store, "small").digest]


def test_a_post_that_a_dump_shows_as_deleted_is_erased(sealed: Road) -> None:
    folder = write_folder(
        sealed.store.home.parent / "in", [replace(CORPUS[TEST[0]], body="[deleted]")]
    )
    done = signoff("import", folder, "--json")
    assert done.json["erased"] == 1
    assert TEST[0] not in [row[0] for row in rows(sealed.store, "id")]


def test_a_later_snapshot_leaves_them_out_and_says_so(sealed: Road) -> None:
    later, _ = create(sealed.store, Rules(), name="later")
    assert later.left_out == {SEALED: len(TEST)}
    assert sum(later.splits.values()) == len(CORPUS) - len(TEST)


def test_released_posts_are_frozen_again(sealed: Road) -> None:
    store = sealed.store
    first, _ = create(store, Rules(min_posts=5))
    before = rows(store, "id", "subreddit_id", "score", "fingerprint")
    release_store(store, sealed.snapshot, reason="its test has served")
    assert rows(store, "id", "subreddit_id", "score", "fingerprint") == before
    with store.read() as session:
        post = posts_table.posts_by_id(session, [TEST[0]])[TEST[0]]
    assert (post.title, post.body, post.url, post.sealed) == (
        SOME.title,
        SOME.body,
        SOME.url,
        False,
    )
    again, _ = create(store, Rules(min_posts=5))  # as before, but not from the cache
    assert again.digest != first.digest
    assert SEALED not in again.left_out
    with store.read() as session:
        assert store_seals.listing(session) == []


def test_a_correction_that_came_meanwhile_is_taken_after_the_release(sealed: Road) -> None:
    corrected = replace(SOME, score=99)
    fill(sealed.store, [corrected])
    release_store(sealed.store, sealed.snapshot, reason="over")
    fill(sealed.store, [corrected])
    assert (TEST[0], 99) in rows(sealed.store, "id", "score")


def test_a_released_test_is_not_opened_any_more(sealed: Road) -> None:
    store = sealed.store
    set_policy(store, CAREFUL)
    review.propose(store, sealed.candidate.execution)
    assert budget_of(store, "small").left > 0
    release_store(store, sealed.snapshot, reason="to train on them")
    budget = budget_of(store, "small")
    assert (budget.state, budget.left) == ("released", 0)
    with pytest.raises(RefusedError, match="its posts were released in the store on"):
        openings.open_test(store, sealed.candidate.execution, reason="to know")
    with pytest.raises(RefusedError, match="were sealed in the store, and released"):
        seal_store(store, sealed.snapshot)


def test_both_are_in_the_audit_log(sealed: Road) -> None:
    release_store(sealed.store, sealed.snapshot, reason="its test has served")
    said = lines(sealed.store, history.ALL_EVENTS, {sealed.snapshot.digest: "small"})
    assert [line.sentence for line in reversed(said)] == [
        "ada sealed 24 posts of the test split of small in the store",
        "ada released 24 posts of the test split of small in the store: “its test has served”",
    ]
    assert audit.verify(sealed.store).broken is None


def test_a_release_that_is_taken_out_of_the_database_shows(sealed: Road) -> None:
    release_store(sealed.store, sealed.snapshot, reason="its test has served")
    with closing(sqlite3.connect(sealed.store.home / "signoff.db")) as connection, connection:
        connection.execute("DROP TRIGGER seal_events_no_delete")
        connection.execute("DELETE FROM seal_events WHERE kind = 'store_released'")
    assert audit.verify(sealed.store).broken is not None


def test_a_reason_is_needed(sealed: Road) -> None:
    with pytest.raises(InputError, match="Give a reason"):
        release_store(sealed.store, sealed.snapshot, reason=" ")


def test_what_was_never_sealed_cannot_be_released(road: Road) -> None:
    with pytest.raises(RefusedError, match="not sealed in the store"):
        release_store(road.store, road.snapshot, reason="why not")
    assert not listing(road.store, kinds=["release_store"])


def test_without_the_key_nothing_comes_back(sealed: Road) -> None:
    (sealed.store.home / "seal.key").unlink()
    create_key = sealed.store.home / "seal.key"
    create_key.write_text("A" * 43 + "=")
    create_key.chmod(0o600)
    with pytest.raises(WrongKeyError, match="does not open the posts of snapshot small"):
        release_store(sealed.store, sealed.snapshot, reason="to look")
    assert state(sealed.store, sealed.snapshot) == "sealed"


def test_a_new_key_seals_these_texts_too(sealed: Road) -> None:
    before = store_file(sealed.store)
    done = rotation.rotate(sealed.store)
    assert done.left == []
    assert store_file(sealed.store) != before
    assert not (sealed.store.home / "artifacts" / before[:2] / before).exists()
    assert [path.name for path in sealed.store.home.glob("seal.key*")] == ["seal.key"]
    release_store(sealed.store, find(sealed.store, "small"), reason="it opens")
    assert found(sealed.store, marks(*TEST)) == marks(*TEST)


def test_a_post_is_under_one_seal_only(road: Road) -> None:
    other, _ = create(road.store, Rules(fractions=(0.7, 0.1, 0.2)), name="other")
    seal_store(road.store, road.snapshot)
    with pytest.raises(RefusedError, match="24 posts of this test split are sealed"):
        seal_store(road.store, other)


def test_posts_that_change_while_they_are_sealed(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store_sealing.seal

    def then(store: Store, *arguments: object, **more: object) -> str:
        made = real(store, *arguments, **more)  # type: ignore[arg-type]
        fill(store, [replace(CORPUS[TEST[0]], title="corrected")])
        return made

    monkeypatch.setattr(store_sealing, "seal", then)
    with pytest.raises(ConflictError, match="changed or erased while"):
        seal_store(road.store, road.snapshot)
    assert state(road.store, road.snapshot) == "open"
    assert {row[0] for row in rows(road.store, "seal")} == {None}


@pytest.fixture
def checked(sealed: Road) -> quality.Check:
    return quality.check(sealed.store)


def test_two_who_seal_at_once(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    real, others = store_sealing.seal, iter([road.snapshot])

    def then(store: Store, *arguments: object, **more: object) -> str:
        made = real(store, *arguments, **more)  # type: ignore[arg-type]
        for snapshot in others:
            seal_store(store, snapshot)
        return made

    monkeypatch.setattr(store_sealing, "seal", then)
    with pytest.raises(ConflictError, match="just sealed these posts"):
        seal_store(road.store, road.snapshot)
    assert seal_store(road.store, road.snapshot).posts == len(TEST)


def test_without_the_key_a_post_is_erased_and_its_file_is_left_until_there_is_one(
    sealed: Road,
) -> None:
    key = sealed.store.home / "seal.key"
    before = key.read_bytes()
    key.write_text("A" * 43 + "=")
    done = erase(sealed.store, [TEST[0]])
    assert done.left.keys() == {"small:test", "small:store"}
    key.write_bytes(before)
    assert erase(sealed.store, []).left == {}
    assert found(sealed.store, marks(TEST[0])) == set()


def test_a_key_that_is_changed_while_a_post_is_erased(
    sealed: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the sealing of the split and that of the texts, which would then have two keys."""
    real, rotations = erasing.sealed, iter([rotation.rotate])

    def then(store: Store, *arguments: object, **more: object) -> Sealed:
        made = real(store, *arguments, **more)  # type: ignore[arg-type]
        with suppress(StopIteration):
            next(rotations)(store)
        return made

    monkeypatch.setattr(erasing, "sealed", then)
    erase(sealed.store, [TEST[0]])
    assert rotation.rotate(sealed.store).left == []
    assert len(unseal(sealed.store, find(sealed.store, "small"))) == len(TEST) - 1
    assert release_store(sealed.store, sealed.snapshot, reason="over").posts == len(TEST) - 1


def test_a_check_of_the_data_counts_them_but_says_nothing_of_their_texts(
    sealed: Road, checked: quality.Check
) -> None:
    summary = quality.summary(sealed.store, checked)
    assert (summary.posts, summary.sealed, summary.no_text) == (240, 24, 0)
    assert sum(summary.words.counts) == 240 - 24
    subreddits = quality.frame(sealed.store, checked, "subreddits")
    assert subreddits["words_median"].min() > 5
    told = {one.kind: one.text for one in findings(summary, subreddits)}
    assert told["sealed"].startswith("24 posts of sealed tests")


def test_a_list_of_posts_does_not_show_an_empty_title(sealed: Road) -> None:
    import pandas as pd

    frame = with_titles(sealed.store, pd.DataFrame({"post_id": [TEST[0], "p00001"]}))
    assert frame["title"].tolist() == [SEALED_TITLE, CORPUS["p00001"].title]


def test_a_freeze_with_the_flag_seals_both(store: Store) -> None:
    fill(store, make_corpus())
    done = signoff("snapshot", "create", "--name", "both", "--seal-store")
    assert done.code == 0, done.err
    assert "24 posts in the test split are sealed in the database, too" in done.out
    assert signoff("snapshot", "show", "both", "--json").json["store"] == "sealed"
    again = signoff("snapshot", "create", "--name", "both", "--seal-store")
    assert "already sealed in the database" in again.out
    released = signoff("snapshot", "release-store", "both", "--reason", "served", "--json")
    assert released.json == {"snapshot": "both", "posts": 24, "reason": "served"}


def test_backups_and_other_snapshots_that_hold_the_texts_are_named(road: Road) -> None:
    backup = road.store.back_up()
    later = [replace(post, id=f"q{post.id[1:]}") for post in make_corpus(seed=1)]
    fill(road.store, [replace(p, created_utc=p.created_utc + 10**7) for p in later])
    create(road.store, Rules(), name="later")
    done = signoff("snapshot", "seal-store", "small")
    assert backup.name in done.out
    assert "in the train split of later" in done.out
    after = road.store.back_up()
    again = signoff("snapshot", "seal-store", "small").out
    assert backup.name in again
    assert after.name not in again


def test_the_release_is_an_event_of_its_own(sealed: Road) -> None:
    made = release_store(sealed.store, sealed.snapshot, reason="  over  ")
    assert isinstance(made, StoreReleased)
    assert (made.by, made.posts, made.comment) == ("ada", 24, "over")
