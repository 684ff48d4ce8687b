"""The one way into a sealed test split: in memory, with the right key, and never without it."""

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import (
    CorruptArtifactError,
    InputError,
    NotFoundError,
    RefusedError,
    SignoffError,
    WrongKeyError,
)
from core.settings import settings
from core.snapshots import create
from core.snapshots.content import attributes_from_parquet, from_parquet
from core.snapshots.rules import Rules
from core.snapshots.unsealed import decrypted, unseal
from core.store import Store
from core.store import snapshots as table
from core.store.writing import write
from tests.conftest import Road
from tests.factories import make_corpus

TEST_POSTS = make_corpus()[-24:]
OTHER_KEY = base64.b64encode(bytes(range(32)))


def key_file(store: Store) -> Path:
    return store.home / "seal.key"


def point_to(road: Road, digest: str) -> None:
    """Have the snapshot's row name another sealed file."""
    with write(road.store) as session:
        table.replace_files(session, replace(road.snapshot, sealed_test=digest))


def no_key(road: Road) -> None:
    key_file(road.store).unlink()


def malformed(road: Road) -> None:
    key_file(road.store).write_bytes(b"short")


def wrong_key(road: Road) -> None:
    key_file(road.store).write_bytes(OTHER_KEY)


def read_by_others(road: Road) -> None:
    key_file(road.store).chmod(0o640)


def tampered(road: Road) -> None:
    path = road.store.artifacts.open(road.snapshot.sealed_test)
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def truncated(road: Road) -> None:
    path = road.store.artifacts.open(road.snapshot.sealed_test)
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:-40])


def forged(road: Road) -> None:
    """Tampered with, and stored under the digest that it then has."""
    content = road.store.artifacts.read(road.snapshot.sealed_test)
    point_to(road, road.store.artifacts.put_bytes(content[:-1] + bytes([content[-1] ^ 1])))


def empty(road: Road) -> None:
    point_to(road, road.store.artifacts.put_bytes(b""))


def gone(road: Road) -> None:
    road.store.artifacts.open(road.snapshot.sealed_test).unlink()


def of_another_snapshot(road: Road) -> None:
    other, _ = create(road.store, Rules(min_posts=5), name="other")
    assert other.digest != road.snapshot.digest
    point_to(road, other.sealed_test)


WRONG: list[tuple[Callable[[Road], None], type[SignoffError], str]] = [
    (no_key, NotFoundError, "can never be opened.*Restore the key.*signoff snapshot create"),
    (malformed, InputError, "seal.key is not 32 bytes in base64.*Restore the key"),
    (wrong_key, WrongKeyError, "sealed with another key.*signoff seal rotate"),
    (forged, WrongKeyError, "sealed with another key"),
    (empty, WrongKeyError, "sealed with another key"),
    (read_by_others, RefusedError, "Run: chmod 600 .*seal.key"),
    (tampered, CorruptArtifactError, "its content no longer matches its digest"),
    (truncated, CorruptArtifactError, "its content no longer matches its digest"),
    (gone, NotFoundError, "missing from the workspace"),
    (of_another_snapshot, CorruptArtifactError, "of snapshot small belongs to other"),
]


def test_what_is_opened_is_the_test_split(road: Road) -> None:
    split = unseal(road.store, road.snapshot)
    data = from_parquet(split.source)
    assert data.ids == split.ids.to_pylist() == [post.id for post in TEST_POSTS]
    assert [split.labels[n] for n in split.label] == [post.subreddit for post in TEST_POSTS]
    attributes = attributes_from_parquet(split.source)
    assert attributes["score"].tolist() == [post.score for post in TEST_POSTS]


@pytest.mark.parametrize(("harm", "error", "said"), WRONG)
def test_what_does_not_open_says_why_and_how_to_mend_it(
    road: Road, harm: Callable[[Road], None], error: type[SignoffError], said: str
) -> None:
    harm(road)
    with pytest.raises(SignoffError, match=said) as caught:
        unseal(road.store, road.snapshot)
    assert type(caught.value) is error
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert not any(post.id in str(caught.value) for post in TEST_POSTS)


def test_opening_makes_no_key(road: Road) -> None:
    no_key(road)
    with pytest.raises(NotFoundError):
        unseal(road.store, road.snapshot)
    assert list(road.store.home.glob("seal.key*")) == []


def test_the_environment_can_give_the_key(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNOFF_SEAL_KEY", key_file(road.store).read_text())
    no_key(road)
    settings.cache_clear()
    assert len(unseal(road.store, road.snapshot)) == len(TEST_POSTS)


def test_a_wrong_key_in_the_environment_is_named(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNOFF_SEAL_KEY", OTHER_KEY.decode())
    settings.cache_clear()
    with pytest.raises(WrongKeyError, match="SIGNOFF_SEAL_KEY does not open"):
        unseal(road.store, road.snapshot)


def test_opening_writes_nothing(road: Road) -> None:
    before = files(road.store)
    unseal(road.store, road.snapshot)
    assert files(road.store) == before


def files(store: Store) -> dict[str, bytes]:
    """Every file of the workspace but the database's own bookkeeping."""
    return {
        str(path): path.read_bytes()
        for path in store.home.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def test_what_was_opened_is_not_told_where_it_is_shown(road: Road) -> None:
    split, opened = unseal(road.store, road.snapshot), decrypted(road.store, road.snapshot)
    shown = repr(split) + repr(opened)
    assert not any(post.id in shown for post in TEST_POSTS)
    assert repr(opened.plain)[2:40] not in shown
    assert repr(opened.key.secret) not in shown
