"""The whole road on twenty files of real posts."""

from pathlib import Path

import pytest

from core import audit
from core.collect.files import import_files
from core.comparison.compare import changes_of, compare, pair, summary_of
from core.evaluation.evaluate import evaluate
from core.evaluation.evaluate import of_execution as evaluation_of
from core.release.aliases import current, move
from core.release.candidates import get
from core.release.openings import open_test
from core.release.policy import DEFAULT
from core.release.review import approve, propose
from core.serving.suggest import load_alias
from core.settings import settings
from core.snapshots import create
from core.snapshots.rules import Rules
from core.store import Store
from core.store import posts as posts_table
from core.training.train import train
from tests.factories import by, set_policy

FILES = 20
SMALL = {"epoch": "3", "dim": "16", "bucket": "50000"}


@pytest.fixture
def files() -> list[Path]:
    folder = settings().shared_posts
    found = sorted(folder.glob("*.csv.gz"))[:FILES] if folder.is_dir() else []
    if len(found) < FILES:
        pytest.skip(f"no real posts in {folder}: set SIGNOFF_SHARED_POSTS to where they are")
    return found


@pytest.mark.slow
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

    baseline = train(
        store, snapshot, model="fasttext", params={**SMALL, "loss": "softmax", "lr": "0.05"}
    )
    candidate = train(store, snapshot, model="fasttext", params=SMALL)
    judged = [evaluate(store, model, snapshot) for model in (baseline, candidate)]
    assert judged[1].metrics["f1_macro"] > judged[0].metrics["f1_macro"]
    assert judged[1].metrics["accuracy"] > 0.5  # one in twenty by chance

    made = compare(store, pair(store, baseline.execution, candidate.execution))
    assert summary_of(store, made).kind == "paired"
    assert changes_of(store, made)["support"].sum() == snapshot.splits["valid"]

    set_policy(store, DEFAULT.replace("epsilon = 0.02", "epsilon = 0.05"))
    for model in (baseline, candidate):
        number = model.execution
        propose(store, number)
        tested = open_test(store, number, reason="The last question.")
        assert tested.result is not None
        for metric in ("f1_macro", "accuracy"):
            assert 0 < evaluation_of(store, tested.result.evaluation or 0).metrics[metric] < 1
        with by("bob"):
            approval = approve(store, number, comment="Better.", override="Trained briefly.")
        for alias in ("staging", "production"):
            move(store, alias, approval.version or "", expected=current(store).get(alias))
    released = get(store, candidate.execution)
    assert (released.state, released.proposal.comparison) == ("released", made.execution)
    assert audit.verify(store).broken is None
    suggested = load_alias(store, "production").suggest("My phone's screen is cracked")
    assert len(suggested) == 5
