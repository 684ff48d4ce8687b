"""A workspace whose production was trained on lines of the normaliser before this one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.comparison.caveats import caveats
from core.errors import RefusedError
from core.evaluation.evaluate import evaluate
from core.release import aliases, candidates, openings, review
from core.serving.suggest import load_alias
from core.snapshots import create, find, freeze
from core.snapshots.rules import Rules
from core.store import Store, open_store
from core.store.models import Model
from core.text import NORMALISER
from core.training.train import of_execution, train
from tests import decisions
from tests.factories import LENIENT, QUICK, by, fill, make_corpus, set_policy

BEFORE = 2


@pytest.fixture
def older(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """#3 is in production. The posts hold nothing invisible, so only the version is older."""
    store = open_store(home)
    fill(store, make_corpus())
    with monkeypatch.context() as patched:
        patched.setattr(freeze, "NORMALISER", BEFORE)
        _trained(store, seed=1)
    set_policy(store, f"{LENIENT}\n[test_budget]\nepsilon = 0.5\n")
    decisions.released(store, 3)
    yield store
    store.engine.dispose()


def _trained(store: Store, *, seed: int) -> Model:
    snapshot, _ = create(store, Rules(), force=True)  # other code makes another cache key
    model = train(store, snapshot, model="fasttext", params=QUICK, seed=seed, threads=1)
    evaluate(store, model, snapshot)
    return model


def test_a_newer_server_goes_on_answering_with_it(older: Store) -> None:
    production = load_alias(older, "production")
    assert production.suggest("my kitten")[0].subreddit == "cats"
    assert production.suggest("my kit\u200bten") == production.suggest("my kitten")


@pytest.mark.slow
def test_its_successor_is_compared_tested_and_released(older: Store) -> None:
    model = _trained(older, seed=2)
    assert model.normaliser == NORMALISER
    with by("ada"):
        review.propose(older, model.execution)
        openings.open_test(older, model.execution, reason="the first of the new normaliser")
    assert openings.last_of(candidates.get(older, model.execution)) is not None
    compared = decisions.check_of(older, model.execution).comparison
    assert compared is not None
    said = caveats(older, compared)
    assert "The baseline was trained with version 2 of the text normaliser" in said[0]
    assert "read with version 3" in said[0]
    assert not any("The candidate was trained with" in each for each in said)
    with by("bob"):
        version = review.approve(older, model.execution, comment="fine").version
        assert version is not None
        aliases.move(older, "production", version, expected=aliases.current(older)["production"])
    assert load_alias(older, "production").version == version


@pytest.mark.slow
def test_a_candidate_that_waits_is_judged_by_its_own_posts(older: Store) -> None:
    snapshot = find(older, of_execution(older, 3).snapshot)
    waiting = train(older, snapshot, model="fasttext", params=QUICK, seed=2, threads=1)
    assert waiting.normaliser == BEFORE
    with by("ada"):
        review.propose(older, waiting.execution)
        openings.open_test(older, waiting.execution, reason="it was waiting")
    compared = decisions.check_of(older, waiting.execution).comparison
    assert compared is not None
    assert not any("normaliser" in each for each in caveats(older, compared))


@pytest.mark.slow
def test_a_newer_model_is_not_judged_by_lines_it_never_gets(older: Store) -> None:
    model = _trained(older, seed=2)
    with pytest.raises(RefusedError, match="version 3 of the text normaliser") as caught:
        evaluate(older, model, find(older, of_execution(older, 3).snapshot))
    assert "Freeze a new snapshot" in str(caught.value.hint)
