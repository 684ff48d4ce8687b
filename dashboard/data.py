"""The only cache of the pages: thin wrappers over core.

Only what can never change is cached, and always by number or digest: a finished comparison, an
evaluation, a loaded model. What may have moved since the last look is read anew.
"""

from typing import Any

import pandas as pd
import streamlit as st

from core.comparison import compare as comparing
from core.comparison.compare import Pair
from core.comparison.posts import changes_of_subreddit, with_titles
from core.evaluation import evaluate as evaluating
from core.evaluation.history import Training, trainings
from core.identity import local_operator
from core.serving import Suggester, load_version
from core.settings import settings
from core.store import Store, open_store
from core.store.frames import read_frame, read_json
from core.store.models import Comparison, Evaluation

FEW, SOME = 8, 64
"""How many large and small things a cache keeps."""


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The workspace of this process."""
    return open_store(settings().home)


def acting() -> str:
    """Who writes. Raises RefusedError where nobody may; asked before everything that writes."""
    return local_operator(st.get_option("server.address"))


def all_trainings() -> list[Training]:
    return trainings(store())


def compared(baseline: int, candidate: int) -> tuple[Pair, Comparison]:
    """Two trainings or evaluations compared; recorded the first time someone looks.

    Looked up anew each time: with noise measured since, there is a newer comparison to make.
    """
    pair = comparing.pair(store(), baseline, candidate)
    kept = comparing.kept(store(), pair)
    if kept is not None:
        return pair, kept
    acting()  # looking at a new pair writes an execution
    with st.spinner("Comparing the two …"):
        return pair, comparing.compare(store(), pair)


def recorded(comparison: int) -> tuple[Pair, Comparison]:
    """The comparison that execution ``comparison`` recorded."""
    found = comparing.of_execution(store(), comparison)
    return _pair(found.baseline, found.candidate), found


def _pair(baseline: int, candidate: int) -> Pair:
    """Two evaluations by their execution numbers."""
    return Pair(
        evaluating.of_execution(store(), baseline), evaluating.of_execution(store(), candidate)
    )


@st.cache_data(show_spinner=False, max_entries=SOME)
def json_artifact(digest: str) -> Any:
    """A stored JSON value, by digest."""
    return read_json(store().artifacts, digest)


@st.cache_data(show_spinner=False, max_entries=SOME)
def frame_artifact(digest: str) -> pd.DataFrame:
    """A stored frame, by digest."""
    return read_frame(store().artifacts, digest)


def subreddit_posts(baseline: int, candidate: int, subreddit: str) -> pd.DataFrame:
    """The posts of one subreddit behind a paired comparison of two evaluations."""
    return with_titles(store(), _subreddit_changes(baseline, candidate, subreddit))


@st.cache_data(show_spinner="Reading the posts …", max_entries=FEW)
def _subreddit_changes(baseline: int, candidate: int, subreddit: str) -> pd.DataFrame:
    return changes_of_subreddit(store(), _pair(baseline, candidate), subreddit)


@st.cache_resource(show_spinner="Loading the model …", max_entries=2)
def suggester(version: str, candidate: int) -> Suggester:
    """A released version, loaded; versions never change, so this never goes stale."""
    return load_version(store(), version, candidate)


def summary_of(evaluation: Evaluation) -> dict[str, Any]:
    """p@1 histogram, reliability curve and confusions of an evaluation."""
    found: dict[str, Any] = json_artifact(evaluation.summary)
    return found
