"""The whole road on twenty files of real posts."""

from pathlib import Path

import pytest

from core.collect.files import import_files
from core.comparison.compare import changes_of, compare, pair, summary_of
from core.evaluation.evaluate import evaluate
from core.release.aliases import current, move
from core.release.review import approve, get, propose
from core.serving import load_alias
from core.settings import settings
from core.snapshots import create
from core.snapshots.rules import Rules
from core.store import Store
from core.store import posts as posts_table
from core.training.train import train

FILES = 20
SMALL = {"epoch": "3", "dim": "16", "bucket": "50000"}


@pytest.fixture
def files() -> list[Path]:
    folder = settings().shared_posts
    found = sorted(folder.glob("*.csv.gz"))[:FILES] if folder.is_dir() else []
    if len(found) < FILES:
        pytest.skip(f"no real posts in {folder}: set SIGNOFF_SHARED_POSTS to where they are")
    return found


@pytest.mark.real_posts
def test_real_posts_walk_the_whole_road(store: Store, files: list[Path]) -> None:
    counts = import_files(store, files)
    assert counts.files == FILES
    assert counts.written.inserted > 10_000
    assert counts.read == counts.written.inserted + sum(counts.skipped.values())
    with store.read() as session:
        assert posts_table.totals(session).posts == counts.written.inserted
    assert import_files(store, files).written.unchanged == counts.written.inserted

    snapshot, _ = create(store, Rules())
    assert snapshot.subreddits == len(counts.subreddits) == FILES
    left_out = sum(snapshot.left_out.values())
    assert sum(snapshot.splits.values()) + left_out == counts.written.inserted

    baseline = train(store, snapshot, params={**SMALL, "loss": "softmax", "lr": "0.05"})
    candidate = train(store, snapshot, params=SMALL)
    judged = [evaluate(store, model, snapshot) for model in (baseline, candidate)]
    assert judged[1].metrics["f1_macro"] > judged[0].metrics["f1_macro"]
    assert judged[1].metrics["accuracy"] > 0.5  # one in twenty by chance

    made = compare(store, pair(store, baseline.execution, candidate.execution))
    assert summary_of(store, made)["kind"] == "paired"
    assert changes_of(store, made)["support"].sum() == snapshot.splits["valid"]

    for model in (baseline, candidate):
        propose(store, model.execution, by="ada")
        version = approve(store, model.execution, by="bob", comment="Better.").version
        assert version is not None
        now = current(store).get("production")
        move(store, "production", version, by="bob", expected=now)
    released = get(store, candidate.execution)
    assert (released.state, released.proposal.comparison) == ("released", made.execution)
    suggested = load_alias(store, "production").suggest("My phone's screen is cracked")
    assert len(suggested) == 5
