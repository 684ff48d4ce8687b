"""Steps that bring posts in."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from core.collect.every import seconds_of
from core.collect.files import complaint, import_files, imported
from core.collect.formats import Format
from core.collect.names import subreddit_name
from core.collect.rows import Wanted
from core.collect.sweep import SHOWN
from core.executions import listing
from core.executions.looking import WouldRunError, is_looking
from core.pipeline import keys
from core.pipeline.work import At, Kind, Result, Step
from core.progress import Progress
from core.settings import settings
from core.words import count


def _import(at: At, step: Step, progress: Progress) -> Result:
    paths = [at.project / Path(path).expanduser() for path in step.values["paths"]]
    options: dict[str, Any] = {
        "wanted": Wanted(
            frozenset(subreddit_name(name).lower() for name in step.values["subreddits"]),
            since=keys.moment(step.values["since"]),
            until=keys.moment(step.values["until"]),
        ),
        "format": Format(step.values["format"]) if step.values["format"] else None,
        "columns": step.values["columns"],
        "unpack": step.values["unpack"],
    }
    earlier = imported(at.store, paths, **options)
    if earlier is not None:
        return Result(said=f"#{earlier.number} has read these files", executions=(earlier.number,))
    counts = import_files(at.store, paths, **options, progress=progress)
    wrong = complaint(counts)
    return Result(
        said=f"{count(counts.written.inserted, 'new post')} of {count(counts.files, 'file')}"
        + (f". {wrong.reason}" if wrong else ""),
        executions=(counts.execution,),
    )


def _collect(at: At, step: Step, progress: Progress) -> Result:
    names = step.values["subreddits"]
    made = listing(at.store, kinds=("collect",), status="succeeded", limit=1)
    if made:
        age = (datetime.now(UTC) - made[0].started_at).total_seconds()
        if age < seconds_of(step.values["every"]):
            return Result(
                said=f"#{made[0].number} collected {age / 60:,.0f} minutes ago",
                executions=(made[0].number,),
            )
    if is_looking():
        raise WouldRunError(why=f"nothing was collected in the last {step.values['every']}")
    from core.collect.newest import collect_newest  # its client of Reddit takes a while to load
    from core.collect.reddit import access

    counts = collect_newest(
        at.store,
        access(settings()),
        limit=step.values["limit"],
        names=names,
        over_18=step.values["over_18"],
        progress=progress,
    )
    return Result(
        said=f"{count(counts.written.inserted, 'new post')} of"
        f" {count(counts.subreddits, 'subreddit')}",
        executions=(counts.execution,),
    )


def length_of_time(default: str) -> keys.Key:
    """A key that takes ``30m``, ``1h`` or ``1d``."""
    read = partial(seconds_of, shortest=0.0)
    return keys.Key(
        words='a length of time, such as "30m", "1h" or "30d"',
        example=f'"{default}"',
        fits=partial(keys.is_reads, read=read),
        default=default,
    )


_SUBREDDITS = keys.texts("cats")
IMPORT = Kind(
    keys={
        "paths": keys.texts("data/posts", needed=True),
        "subreddits": _SUBREDDITS,
        "since": keys.day(),
        "until": keys.day(),
        "format": keys.Key(
            words=f"one of {', '.join(Format)}",
            example=f'"{next(iter(Format))}"',
            fits=lambda value: value in list(Format),
        ),
        "columns": keys.table('{ title = "headline" }', fits=lambda value: isinstance(value, str)),
        "unpack": keys.truth(default=False),
    },
    do=_import,
)
COLLECT = Kind(
    keys={
        "limit": keys.whole(1000, default=SHOWN),
        "subreddits": _SUBREDDITS,
        "over_18": keys.truth(default=False),
        "every": length_of_time("1h"),
    },
    do=_collect,
)
