"""The step that sees how a version does on the posts that came since."""

from core.drift.due import standing
from core.drift.predicting import bring_up_to_date
from core.drift.windows import Window
from core.executions.looking import is_looking
from core.pipeline import keys
from core.pipeline.kinds.freezing import POSTS
from core.pipeline.work import At, Kind, Result, Step
from core.progress import Progress
from core.release import aliases
from core.release.events import PRODUCTION
from core.release.released import released_model


def _drift(at: At, step: Step, progress: Progress) -> Result:
    alias, window = step.values["alias"], Window(step.values["window"])
    version = aliases.current(at.store).get(alias)
    if version is None:
        return Result(said=f"{alias} names no version yet")
    model = released_model(at.store, version)
    made = bring_up_to_date(at.store, model, progress=progress)
    if is_looking():  # else it would have ended here
        newest = standing(at.store, model).execution
        return Result(said=f"no new posts since #{newest}", executions=(newest,) if newest else ())
    from core.drift.report import report  # loading them takes a while, and is rarely needed
    from core.drift.results import On
    from core.drift.sentence import headline, name_of
    from core.release import drift_alarms
    from core.release.drift_judged import judged

    found = report(at.store, model, window=window, on=On.POSTS)
    (by,) = judged(at.store, model, [found])
    drift_alarms.note(at.store, model, version, [found], [by])
    said = headline(found, name=name_of(alias, version)).rstrip(".")
    exceeded = [limit.why.rstrip(".") for limit in by.exceeded]
    return Result(
        said=". ".join([said, *exceeded]),
        executions=(made,) if made else (),
        problem="; ".join(exceeded) if exceeded and step.values["stop"] else None,
    )


DRIFT = Kind(
    keys={
        "alias": keys.text(PRODUCTION, default=PRODUCTION),
        "window": keys.choice(*Window, default=Window.WEEK),
        "stop": keys.truth(default=False),
    },
    do=_drift,
    follows=POSTS,
)
