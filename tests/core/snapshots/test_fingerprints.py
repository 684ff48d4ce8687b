"""Fingerprints tell what two snapshots share, and nothing to anybody without the key."""

from dataclasses import replace

import pytest

from core.snapshots import create, fingerprints
from core.snapshots.rotation import rotate
from core.snapshots.rules import Rules
from core.store import Store, shared_texts
from core.store.shared_texts import SharedTexts
from tests.factories import fill, make_corpus
from tests.tampering import tamper
from tests.workspaces import overwrite

POSTS = make_corpus()
OTHERS = [
    replace(post, id=f"other{n}", title=f"{post.title[::-1]} {n * 7919}", body=post.body[::-1])
    for n, post in enumerate(POSTS)
]


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store, POSTS)
    return store


def pairs(store: Store) -> dict[tuple[str, str], SharedTexts]:
    with store.read() as session:
        return {(each.snapshot, each.holder): each for each in shared_texts.pairs(session)}


def files(store: Store) -> dict[str, str]:
    with store.read() as session:
        return shared_texts.fingerprints(session)


def test_each_snapshot_is_compared_with_every_other_as_it_is_frozen(filled: Store) -> None:
    one, _ = create(filled, Rules(), name="one")
    assert (set(files(filled)), pairs(filled)) == ({one.digest}, {})
    two, _ = create(filled, Rules(fractions=(0.85, 0.14, 0.01)), name="two")
    found = pairs(filled)
    assert set(found) == {(one.digest, two.digest), (two.digest, one.digest)}
    held = found[one.digest, two.digest]
    assert (held.train, held.valid > 0.8) == (0, True)
    assert held.valid + held.test == pytest.approx(1)
    assert found[two.digest, one.digest].test == pytest.approx(1)


def test_snapshots_of_other_posts_share_nothing(filled: Store) -> None:
    create(filled, Rules(), name="one")
    later = OTHERS[-1].created_utc - OTHERS[0].created_utc + 1
    moved = [replace(post, created_utc=post.created_utc + later) for post in OTHERS]
    fill(filled, moved)
    create(filled, Rules(since=moved[0].created_utc), name="two")
    assert {(each.train, each.valid, each.test) for each in pairs(filled).values()} == {(0, 0, 0)}


def test_fingerprints_are_sealed_by_a_name_of_their_own(filled: Store) -> None:
    """Else they could be passed off as the sealed split, and the other way round."""
    one, _ = create(filled, Rules(), name="one")
    content = filled.artifacts.read(files(filled)[one.digest])
    assert b"hashes" not in content
    assert fingerprints.opened_as(content, one.digest, fingerprints.keys.known(filled)) is None
    name = fingerprints.name_of(one.digest)
    assert fingerprints.opened_as(content, name, fingerprints.keys.known(filled)) is not None


def test_a_new_key_seals_them_again_and_removes_the_old_file(filled: Store) -> None:
    one, _ = create(filled, Rules(), name="one")
    before = files(filled)[one.digest]
    rotate(filled)
    after = files(filled)[one.digest]
    assert after != before
    assert not (filled.artifacts.root / before[:2] / before).exists()
    create(filled, Rules(fractions=(0.7, 0.2, 0.1)), name="two")
    assert len(pairs(filled)) == 2


def test_older_snapshots_are_compared_as_the_next_is_frozen(filled: Store) -> None:
    create(filled, Rules(), name="one")
    create(filled, Rules(fractions=(0.7, 0.2, 0.1)), name="two")
    expected = pairs(filled)
    tamper(filled, "DELETE FROM shared_texts; DELETE FROM fingerprints;")  # as in an old database
    create(filled, Rules(fractions=(0.6, 0.2, 0.2)), name="three")
    found = pairs(filled)
    assert len(found) == 6
    assert len(files(filled)) == 3
    assert {key: found[key] for key in expected} == expected


def test_damaged_fingerprints_are_made_again(filled: Store) -> None:
    one, _ = create(filled, Rules(), name="one")
    overwrite(filled.artifacts.open(files(filled)[one.digest]), b"damaged")
    rotate(filled)
    create(filled, Rules(fractions=(0.7, 0.2, 0.1)), name="two")
    assert len(pairs(filled)) == 2
    create(filled, Rules(fractions=(0.6, 0.2, 0.2)), name="three")
    assert len(pairs(filled)) == 6


def test_what_is_known_is_not_computed_again(filled: Store) -> None:
    create(filled, Rules(), name="one")
    create(filled, Rules(fractions=(0.7, 0.2, 0.1)), name="two")
    with filled.read() as session:
        before = len(session.connection().exec_driver_sql("SELECT * FROM executions").all())
    fingerprints.complete(filled)
    with filled.read() as session:
        after = len(session.connection().exec_driver_sql("SELECT * FROM executions").all())
    assert before == after
