"""The large workspace, in small: what pages ask of it is there."""

import pytest

from bench import generate
from bench.workspace import CANDIDATES, FRACTIONS, SOME, WAITING, bring_posts, fill, send_texts
from core.comparison.compare import kept, pair
from core.evaluation.history import trainings
from core.executions import listing
from core.feedback import submissions
from core.release import aliases, candidates
from core.release.events import PRODUCTION
from core.release.states import CandidateState
from core.snapshots import create
from core.snapshots.rules import Rules
from core.store import Store

SUBREDDITS, EXECUTIONS, POSTS = 25, 40, 500


@pytest.mark.slow
def test_executions_candidates_and_production_are_there(store: Store) -> None:
    bring_posts(store, SUBREDDITS, POSTS)
    snapshot, _ = create(store, Rules(fractions=FRACTIONS, min_posts=1), name="large")
    fill(store, snapshot, EXECUTIONS)

    assert len(listing(store)) >= EXECUTIONS
    judged = [training for training in trainings(store) if training.evaluation]
    assert len(judged) == EXECUTIONS * 2 // 5
    proposed = candidates.listing(store)
    assert 2 * WAITING <= len(proposed) <= CANDIDATES
    waiting = [
        candidate.number for candidate in proposed if candidate.state == CandidateState.PROPOSED
    ]
    assert len(waiting) == WAITING
    production = aliases.version_of(store, PRODUCTION)
    assert production is not None
    send_texts(store, generate.names(SUBREDDITS), texts=SOME)
    sent = submissions.counts(store)
    assert (sent.submissions, sent.answered) == (SOME, SOME // 2)
    # What Compare shows by default was compared beforehand.
    assert kept(store, pair(store, production.candidate, waiting[0])) is not None
