"""Freezing leaves no gap in the drift of what is in use, and reads no label that it seals."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.drift.due import due
from core.drift.reading import read
from core.drift.report import report
from core.drift.results import State
from core.errors import RefusedError
from core.release.drift_limits import limits_of
from core.release.freezing import freeze
from core.release.policy import DEFAULT, parse
from core.release.released import released_model
from core.snapshots import find
from core.snapshots.rules import Rules
from core.stats.predictions import NONE
from core.store import Store, open_store
from tests.core.drift.test_predicting import NEXT_MONDAY, later
from tests.core.release.conftest import Ready
from tests.factories import HOUR, fill
from tests.workspaces import copied

SECOND = NEXT_MONDAY + 7 * 24 * HOUR


@pytest.fixture
def store(ready: Ready, home: Path) -> Store:
    """#3 is in production; a week of new posts, and one that a snapshot is going to seal, of which
    some are of a subreddit that is nowhere else.
    """
    opened = open_store(copied(ready.proposed, home))
    posts = later(336)
    fill(opened, [*posts[:-9], *(replace(post, subreddit="brandnew") for post in posts[-9:])])
    return opened


def test_posts_that_are_sealed_were_predicted_without_their_labels(
    store: Store, ready: Ready
) -> None:
    frozen = freeze(store, Rules(test_since=SECOND, min_posts=1), name="later")
    assert frozen.unpredicted == {}
    model = released_model(store, ready.versions[0])
    stored, made = read(store, model), report(store, model)
    assert stored.posts is not None
    withheld = stored.posts.created >= SECOND
    assert (stored.posts.said.truth[withheld] == NONE).all()
    assert (stored.posts.said.truth[~withheld] != NONE).all()
    assert "brandnew" not in stored.names
    first, second = made.windows[-2:]
    assert (first.state, second.state) == (State.COMPLETE, State.COMPLETE)
    assert first.figures is not None
    assert second.figures is not None
    assert (first.figures.unlabelled, second.figures.unlabelled) == (0, withheld.sum())
    assert (second.has_labels, second.figures.words, made.labelled) == (False, None, first)
    assert "accuracy" in second.estimated
    (limit, *_) = limits_of(parse(DEFAULT.encode()), made, age=1)
    assert limit.why.startswith("Accuracy in the week of 2023-11-27 differs")
    assert not due(store, model).anything


def test_a_version_that_cannot_predict_does_not_stop_it(
    store: Store, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = RefusedError("It cannot read these texts", "Train it again.")

    def refuse(*_words: object, **_more: object) -> None:
        raise why

    monkeypatch.setattr("core.release.freezing.bring_up_to_date", refuse)
    frozen = freeze(store, Rules(test_since=SECOND, min_posts=1), name="later")
    assert frozen.unpredicted == {ready.versions[0]: why}
    assert find(store, "later") == frozen.snapshot
