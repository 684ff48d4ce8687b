"""Steps on the stored posts: freezing them, and checking what they are like."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.errors import InputError, RefusedError
from core.executions import listing
from core.executions.looking import is_looking
from core.feedback.bring import bring
from core.hints import Command, Hint
from core.pipeline import keys
from core.pipeline.work import At, Kind, Result, Step, WrongValueError
from core.progress import Progress
from core.quality import check as quality
from core.quality.findings import findings
from core.release.freezing import freeze
from core.settings import settings
from core.snapshots import Snapshot, find
from core.snapshots.freeze import STEP as FREEZING
from core.snapshots.rules import KINDS, Rules
from core.store.executions import SUCCEEDED
from core.words import count


def _snapshot(at: At, step: Step, progress: Progress) -> Result:
    if step.values["use"]:
        return _of(find(at.store, step.values["use"]), 0)
    rules = rules_of(step.values)
    if settings().ci:
        return _frozen_before(at, rules)
    if rules.feedback:
        bring(at.store)
    made = freeze(at.store, rules, progress=progress)
    found = _of(made.snapshot, made.execution)
    missed = [
        f"{version} did not predict its newest posts: {why.reason}"
        for version, why in made.unpredicted.items()
    ]
    return replace(found, said="; ".join([found.said, *missed]))


def rules_of(values: Mapping[str, Any]) -> Rules:
    """What the keys of the step say. Raises as :class:`core.snapshots.rules.Rules`."""
    return Rules(
        since=keys.moment(values["since"]),
        until=keys.moment(values["until"]),
        test_since=keys.moment(values["test_since"]),
        fractions=tuple(values["fractions"]),
        **{name: values[name] for name in ("min_posts", "max_posts", "split", "seed", "feedback")},
    )


def last_frozen(at: At, rules: Rules) -> Result | None:
    """The newest snapshot that was frozen by these rules, whatever has come since; None without."""
    wanted = {**rules.as_json(), "name": None}
    for made in listing(at.store, kinds=(FREEZING.kind,), status=SUCCEEDED):
        if {**made.params, "name": None} == wanted:
            return _of(find(at.store, made.outputs["snapshot"]), made.number)
    return None


def _frozen_before(at: At, rules: Rules) -> Result:
    """In continuous integration, where the key is not that seals a new test split."""
    found = last_frozen(at, rules)
    if found is None:
        raise RefusedError(
            "No snapshot was frozen by these rules yet, and in continuous integration (SIGNOFF_CI)"
            " none can be: the key of its sealed test is not here",
            Hint("Freeze one where that key is.", Command("pipeline run", until="snapshot")),
        )
    return found


def _of(snapshot: Snapshot, number: int) -> Result:
    posts = count(sum(snapshot.splits.values()), "post")
    return Result(
        said=f"{snapshot.id}: {posts} of {count(snapshot.subreddits, 'subreddit')}",
        executions=(number,) if number else (),
        snapshot=snapshot.digest,
    )


def _check_rules(values: Mapping[str, Any]) -> None:
    try:
        rules_of(values)
    except InputError as error:
        raise WrongValueError((), error.reason, str(error.hint)) from None


def _check(at: At, step: Step, progress: Progress) -> Result:
    made = quality.check(at.store, progress=progress)
    number = made.execution.number
    if is_looking() and not step.values["stop"]:  # what it found needs not be read again
        return Result(said=f"#{number} has checked these posts", executions=(number,))
    summary = quality.summary(at.store, made)
    found = findings(summary, quality.frame(at.store, made, "subreddits"))
    problems = [each.text for each in found if each.problem]
    said = f"{count(len(problems), 'problem')} found" if problems else "no problem found"
    stop = step.values["stop"] and problems
    return Result(
        said=said + (f": {'; '.join(problems)}" if problems else ""),
        executions=(number,),
        problem=f"The data check found {count(len(problems), 'problem')}" if stop else None,
    )


def _is_fractions(value: object) -> bool:
    return (
        isinstance(value, list) and len(value) == 3 and all(type(v) in (int, float) for v in value)
    )


POSTS = ("import", "collect")
SNAPSHOT = Kind(
    keys={
        "use": keys.text("20261201"),
        "since": keys.day(),
        "until": keys.day(),
        "min_posts": keys.whole(20, default=20),
        "max_posts": keys.whole(1000),
        "split": keys.choice(*KINDS, default=KINDS[0]),
        "fractions": keys.Key(
            words="three shares that add up to 1",
            example="[0.8, 0.1, 0.1]",
            fits=_is_fractions,
            default=[0.8, 0.1, 0.1],
        ),
        "test_since": keys.day(),
        "seed": keys.whole(0, least=0, default=0),
        "feedback": keys.truth(default=False),
    },
    do=_snapshot,
    follows=POSTS,
    check=_check_rules,
)
CHECK = Kind(keys={"stop": keys.truth(default=False)}, do=_check, follows=POSTS)
