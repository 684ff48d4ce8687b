"""The report of a comparison: what a reviewer of a change reads, read together.

It reads and compares validation splits. No test split is opened, nor what an opened one gave.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as version_of

import pandas as pd

from core.comparison import compare as comparing
from core.comparison import posts as changed_posts
from core.comparison import what_differs
from core.comparison.caveats import caveats as caveats_of
from core.comparison.compare import Pair
from core.comparison.differences import Fact
from core.comparison.posts import Which
from core.comparison.results import ComparisonSummary
from core.comparison.sentence import verdict_sentence
from core.comparison.what_differs import Patch
from core.errors import NotFoundError
from core.executions import get
from core.hints import Command
from core.progress import Progress, silent
from core.release import case as cases
from core.release import check as checking
from core.release.check import Check
from core.release.states import CandidateState
from core.reporting.production import how_it_stands
from core.settings import settings
from core.store import Store

EXAMPLES = 5
"""Posts that are shown of each kind of change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``compared``: the two evaluations. ``names``: of baseline and candidate. ``facts``: what
    differs between their trainings, and the posts they were judged on. ``changes``: one row a
    subreddit; ``slices``: None if unpaired. ``examples``: rows of
    :func:`core.comparison.posts.with_titles`, the broken first; None if unpaired. ``check``: the
    gates on validation, against production. ``production``: whether that is ageing, in sentences;
    empty where there is none. ``link``: its page of the dashboard; empty where that has no address
    to give away. ``next``: who may decide what, and the command.
    """

    at: datetime
    signoff: str
    compared: tuple[int, int]
    names: tuple[str, str]
    sentence: str
    caveats: tuple[str, ...]
    comparison: int
    summary: ComparisonSummary
    facts: tuple[Fact, ...]
    patches: tuple[Patch, ...]
    changes: pd.DataFrame
    slices: pd.DataFrame | None
    examples: pd.DataFrame | None
    check: Check
    production: tuple[str, ...]
    link: str
    next: str


def read(store: Store, pair: Pair, *, progress: Progress = silent) -> Report:
    """Compare a pair and judge the candidate's gates; what was done before is not done again.

    Raises:
        RefusedError: a side is of a sealed test split.
    """
    comparing.require_unsealed(pair)
    made = comparing.compare(store, pair)
    summary, changes = comparing.summary_of(store, made), comparing.changes_of(store, made)
    numbers = (pair.baseline.model_execution, pair.candidate.model_execution)
    names = (f"#{numbers[0]}", f"#{numbers[1]}")
    if summary.one_model:
        names = (f"evaluation #{made.baseline}", f"evaluation #{made.candidate}")
    before, after = (get(store, number) for number in numbers)
    posts = what_differs.sides(store, pair.baseline, pair.candidate)
    return Report(
        at=datetime.now(UTC),
        signoff=version_of("signoff"),
        compared=(made.baseline, made.candidate),
        names=names,
        sentence=verdict_sentence(summary, baseline=names[0], candidate=names[1]),
        caveats=tuple(caveats_of(store, made)),
        comparison=made.execution,
        summary=summary,
        facts=tuple(what_differs.differing(store, before, after, posts=posts)),
        patches=what_differs.patches(store, before, after),
        changes=changes,
        slices=comparing.slices_of(store, made),
        examples=_examples(store, pair, changes) if summary.paired else None,
        check=checking.check(store, numbers[1], progress=progress),
        production=how_it_stands(store),
        link=_link(*numbers),
        next=_next(store, numbers[1]),
    )


def _examples(store: Store, pair: Pair, changes: pd.DataFrame) -> pd.DataFrame:
    """Of each kind of change, the posts of which the candidate is surest."""
    topics = dict(zip(changes["subreddit"].str.lower(), changes["topic"], strict=True))
    laid = changed_posts.lay_out(store, pair, topics)
    rows = [
        changed_posts.page(
            laid,
            changed_posts.chosen(
                laid, Which(kinds=(kind,)), order=changed_posts.CANDIDATE, down=True
            ),
            most=EXAMPLES,
        ).rows
        for kind in ("broken", "fixed", "swapped")
    ]
    return changed_posts.with_titles(store, pd.concat(rows, ignore_index=True))


def _link(baseline: int, candidate: int) -> str:
    base = settings().dashboard_url
    shown = base and baseline != candidate
    return f"{base}/compare?baseline={baseline}&candidate={candidate}" if shown else ""


def _next(store: Store, number: int) -> str:
    """Who may decide, and by which command. Of a candidate whose sealed test was opened only where
    to look: what comes next follows from what the test gave.
    """
    try:
        case = cases.read(store, number)
    except NotFoundError:
        command = Command("release propose", number)
        return f"It has not been proposed. Next, by a reviewer: propose it. {command}"
    candidate = case.candidate
    if candidate.state == CandidateState.PROPOSED and candidate.unfinished is None:
        return cases.next_sentence(case)
    said = f"Candidate #{number} is {candidate.state}."
    return f"{said} What comes next: {Command('release show', number)}"
