"""The test split is sealed from the first day, and no ordinary road leads into it."""

import base64
import io
import stat
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import core
from core.errors import InputError, RefusedError
from core.evaluation.evaluate import evaluate
from core.executions import listing
from core.settings import settings
from core.snapshots import create, load_split
from core.snapshots.content import from_parquet
from core.snapshots.rules import Rules
from core.snapshots.sealed import NONCE_BYTES
from core.store import Store
from core.training.load import load
from core.training.train import train
from tests.conftest import Road
from tests.factories import QUICK, fill, make_corpus

REPOSITORY = Path(core.__file__).resolve().parents[1]
TEST_POSTS = make_corpus()[-24:]
SEALING, UNSEALING = "core/snapshots/sealed.py", "core/snapshots/unsealed.py"


def key_of(store: Store) -> bytes:
    return base64.b64decode((store.home / "seal.key").read_bytes())


def unseal(road: Road, *, key: bytes | None = None, snapshot: str | None = None) -> bytes:
    """As :mod:`core.snapshots.unsealed` does, but in the words of the cipher's own package."""
    sealed = road.store.artifacts.read(road.snapshot.sealed_test)
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    bound_to = (snapshot or road.snapshot.digest).encode()
    return AESGCM(key or key_of(road.store)).decrypt(nonce, rest, bound_to)


def test_the_sealed_file_holds_the_test_split_and_only_the_key_opens_it(road: Road) -> None:
    data = from_parquet(unseal(road))
    assert data.ids == [post.id for post in TEST_POSTS]
    assert len(data) == road.snapshot.splits["test"]
    with pytest.raises(InvalidTag):
        unseal(road, key=bytes(32))
    with pytest.raises(InvalidTag):
        unseal(road, snapshot="another snapshot's digest")


def test_the_sealed_file_cannot_be_read(road: Road) -> None:
    sealed = road.store.artifacts.read(road.snapshot.sealed_test)
    with pytest.raises(pa.ArrowInvalid):
        pq.read_table(io.BytesIO(sealed))
    assert not any(post.title.encode() in sealed for post in TEST_POSTS)


@pytest.mark.parametrize("use", ["load", "evaluate"])
def test_asking_for_the_test_split_is_refused_with_the_reason(road: Road, use: str) -> None:
    before = listing(road.store)
    with pytest.raises(RefusedError, match=r"The test split is sealed. Looking at it wears it out"):
        if use == "load":
            load_split(road.store, road.snapshot, "test")
        else:
            evaluate(road.store, road.baseline, road.snapshot, split="test")
    assert listing(road.store) == before


@pytest.mark.parametrize("split", ["", "sealed_test", "TEST", "digest"])
def test_what_is_no_split_is_refused(road: Road, split: str) -> None:
    with pytest.raises(InputError, match="There is no split"):
        load_split(road.store, road.snapshot, split)


def test_a_model_knows_the_labels_of_its_training_posts_only(store: Store) -> None:
    late = make_corpus(posts=80)[-40:]
    fill(store, make_corpus(subreddits=["cats", "python"], posts=100) + late)
    snapshot, _ = create(store, Rules(min_posts=5, fractions=(0.5, 0.2, 0.3)))
    known = load_split(store, snapshot, "train")
    expected = {known.labels[label] for label in known.label}
    assert expected < set(known.labels)
    model = train(store, snapshot, model="fasttext", params=QUICK, threads=1)
    assert set(load(store, model).labels) == expected


def test_the_key_is_its_owners_only(road: Road) -> None:
    path = road.store.home / "seal.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(key_of(road.store)) == 32
    assert [p.name for p in road.store.home.glob("seal.key*")] == ["seal.key"]


def test_one_key_serves_all_snapshots_of_a_workspace(road: Road) -> None:
    before = key_of(road.store)
    create(road.store, Rules(min_posts=5))
    assert key_of(road.store) == before


def test_a_key_from_the_environment_leaves_no_file(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = bytes(range(32))
    monkeypatch.setenv("SIGNOFF_SEAL_KEY", base64.b64encode(key).decode())
    settings.cache_clear()
    fill(store, make_corpus())
    snapshot, _ = create(store, Rules())
    assert not (store.home / "seal.key").exists()
    sealed = store.artifacts.read(snapshot.sealed_test)
    assert AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], snapshot.digest.encode())


@pytest.mark.parametrize("content", ["", "short", "!" * 44, "é", base64.b64encode(bytes(31))])
@pytest.mark.parametrize("where", ["file", "environment"])
def test_a_bad_key_stops_the_freezing(
    store: Store, monkeypatch: pytest.MonkeyPatch, content: str | bytes, where: str
) -> None:
    fill(store, make_corpus())
    text = content.decode() if isinstance(content, bytes) else content
    if where == "file":
        (store.home / "seal.key").write_text(text, encoding="utf-8")
        (store.home / "seal.key").chmod(0o600)
    else:
        monkeypatch.setenv("SIGNOFF_SEAL_KEY", text or " ")
        settings.cache_clear()
    with pytest.raises(InputError, match="is not 32 bytes in base64"):
        create(store, Rules())
    assert listing(store)[0].status == "failed"


def users_of(*words: str) -> set[str]:
    """Files of Signoff in which one of the words stands."""
    files = [*REPOSITORY.glob("core/**/*.py"), *REPOSITORY.glob("dashboard/**/*.py")]
    return {
        path.relative_to(REPOSITORY).as_posix()
        for path in files
        if any(word in path.read_text(encoding="utf-8") for word in words)
    }


def test_nothing_else_has_a_word_for_opening_the_seal() -> None:
    """Import contracts hold the same (``make layers``); this finds other ways, too."""
    recognising = "core/snapshots/recognising.py"  # of four bytes, whether a key fits
    assert users_of("AESGCM", "cryptography.fernet") == {SEALING, UNSEALING}
    assert users_of("ciphers") == {SEALING, UNSEALING, recognising}
    assert users_of("cryptography") == {SEALING, UNSEALING, recognising, "core/audit/signing.py"}
    assert users_of("snapshots.unsealed", "snapshots import unsealed", "unseal(", "decrypt") <= {
        UNSEALING,
        "core/snapshots/erasing.py",
        "core/snapshots/fingerprints.py",
        "core/snapshots/rotation.py",
        "core/snapshots/verify.py",
        "core/release/openings.py",
        "core/release/store_sealing.py",
    }
    assert users_of("evaluate_unsealed") <= {
        "core/evaluation/evaluate.py",
        "core/release/openings.py",
    }
