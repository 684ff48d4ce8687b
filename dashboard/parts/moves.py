"""Who gave an alias which version, when and why; and how what was in production scored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.comparison.compare import Pair
from core.comparison.results import ComparisonSummary
from core.evaluation import Evaluation
from core.evaluation.history import Training
from core.metrics import METRIC
from core.release import aliases, candidates
from core.release.candidates import Candidate
from core.release.events import PRODUCTION, AliasEvent, CanarySet, NamedVersion, RolledBack
from dashboard import components as c
from dashboard import data, pages, pair, words
from dashboard.charts import history
from dashboard.charts.history import Move, Score
from dashboard.components import Link, Rich

SHOWN, DRAWN = 5, 8
"""The newest moves that the table and the figures show."""
METRICS = ("f1_macro", "p_at_1_mean")


def moves_of(alias: str) -> list[AliasEvent]:
    """Every move of an alias, the latest first; none where it was never set."""
    return [event for event in aliases.history(data.store()) if event.alias == alias]


def show_moves(alias: str, moves: Sequence[AliasEvent], *, most: int | None = SHOWN) -> None:
    """The history of an alias as a table, the latest first, and the way to all of it.

    Args:
        most: so many; None: all.
    """
    c.section(f"History of {words.plain(alias)}", reading(alias, moves))
    if not moves:
        return
    by_version = {each.version: each.number for each in candidates.listing(data.store())}
    c.table(
        ("When (UTC)", "From → to", "Who", "Why"),
        [
            (
                Rich(words.unbroken(words.minute(event.at))),
                _from_to(event, by_version),
                event.by,
                _why(event),
            )
            for event in moves[:most]
        ],
    )
    if most is not None and len(moves) > most:
        label = f"All moves of {words.plain(alias)}"
        c.way(pages.LEDGER, label, {"alias": alias})


def reading(alias: str, moves: Sequence[AliasEvent]) -> str:
    """What it names now, and who brought it there (Markdown)."""
    if not moves:
        return f"{words.plain(alias)} has never named a version."
    last = moves[0]
    if last.after is None:
        return f"It names no version: {words.plain(last.by)} cleared it {words.age(last.at)} ago."
    if isinstance(last, CanarySet) and not last.share:
        return f"No canary is on: {words.plain(last.by)} ended it {words.age(last.at)} ago."
    return (
        f"**{words.plain(last.after)}** since {words.unbroken(words.minute(last.at))}, by"
        f" {words.plain(last.by)}. Newest first; :orange[↩] is a rollback."
    )


def _from_to(event: AliasEvent, by_version: Mapping[str | None, int]) -> Rich:
    def named(version: str | None) -> str:
        number = by_version.get(version)
        if version is None or number is None:
            return words.plain(version or "nothing")
        return Link(version, pages.RELEASE, {"candidate": str(number)}).markdown

    back = f":orange[↩]{words.NO_BREAK}" if isinstance(event, RolledBack) else ""
    share = ""
    if isinstance(event, CanarySet):
        if not event.share:
            return Rich(f"{named(event.version)} → ended")
        share = f", {words.per_cent(event.share)} of callers"
    return Rich(f"{back}{named(event.before)} → {named(event.after)}{share}")


def _why(event: AliasEvent) -> str | Rich:
    """The reason; of what needs none, nothing."""
    comment = event.comment if isinstance(event, NamedVersion) else ""
    if comment:
        return comment
    return Rich(":gray[no reason given]") if event.alias == PRODUCTION else "–"


def show_scores(moves: Sequence[AliasEvent], trainings: Mapping[int, Training]) -> None:
    """How what was in production scored, metric by metric; nothing before the first release."""
    shown = [event for event in reversed(moves[:DRAWN]) if isinstance(event, NamedVersion)]
    if not shown:
        return
    c.reading(
        "At each move, the replaced and the new version on the same posts, with 95% intervals. The"
        " line joins what one version scored when it came and when it was replaced, mostly on"
        " other posts."
    )
    known = {each.version: each for each in candidates.listing(data.store()) if each.version}
    judged = [_judged(event, known, trainings) for event in shown]
    with st.container(key="halves-history"):
        columns = st.columns(len(METRICS), gap="large")
    for column, key in zip(columns, METRICS, strict=True):
        name = METRIC[key].name
        made = history.production([one.of(key) for one in judged], metric=name, colours=c.colours())
        with column:
            c.chart(made, key=f"history-{key}", alt=f"{name} of the versions in production")


@dataclass(frozen=True, slots=True)
class _Judged:
    """A move, and what is known of the two versions: by which both were compared, or only the new
    one was evaluated. ``compared`` has the older training and the newer one.
    """

    event: NamedVersion
    compared: tuple[Pair, ComparisonSummary] | None
    alone: Evaluation | None

    def of(self, key: str) -> Move:
        """The move in one metric."""
        back = isinstance(self.event, RolledBack)
        older, newer = self._scores(key)
        before, after = (newer, older) if back else (older, newer)
        name = f"↩ {self.event.version}" if back else self.event.version
        return Move(at=self.event.at, name=name, before=before, after=after)

    def _scores(self, key: str) -> tuple[Score | None, Score | None]:
        if self.alone is not None:
            return None, Score(self.alone.metrics[key], None, pair.posts_of(self.alone))
        if self.compared is None:
            return None, None
        sides, summary = self.compared
        if (change := summary.common.get(key)) is None:
            return None, None
        posts = pair.posts_of(sides.candidate)
        return (
            Score(change.baseline, change.interval_baseline, posts),
            Score(change.candidate, change.interval_candidate, posts),
        )


def _judged(
    event: NamedVersion, known: Mapping[str, Candidate], trainings: Mapping[int, Training]
) -> _Judged:
    """By the comparison that the newer of the two versions was released on."""
    back = isinstance(event, RolledBack)
    newer, older = (event.before, event.version) if back else (event.version, event.before)
    mine, other = known.get(newer or ""), known.get(older or "")
    if mine is None:
        return _Judged(event, None, None)
    if mine.comparison is not None:
        compared = pair.recorded_summary(mine.comparison)
        if other is not None and compared[0].baseline.model_execution == other.number:
            return _Judged(event, compared, None)
    return _Judged(event, None, None if back else _evaluated(mine, trainings.get(mine.number)))


def _evaluated(candidate: Candidate, training: Training | None) -> Evaluation | None:
    """On its sealed test, else on its own validation split."""
    evaluation = training.evaluation if training else None
    if result := candidate.result:
        tested = (e for e in data.all_evaluations() if e.execution == result.evaluation)
        return next(tested, evaluation)
    return evaluation
