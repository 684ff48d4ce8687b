"""What a backtest found, in words. Pure."""

from collections.abc import Iterator

from core.comparison.results import HIGHER, LOWER, direction
from core.drift.ageing import Ageing, MeanDifference, Younger, ageing, of_figure
from core.drift.backtest_results import Backtest
from core.drift.cutoffs import Every
from core.drift.windows import Window, day_of
from core.words import count, interval, signed, three

ACCURACY = "accuracy"


def headline(found: Backtest) -> str:
    """How the models of a backtest age, what retraining bought, and what a random split promised.

    For example "13 trainings of linear, one every month. Accuracy falls by 0.065 from a model's own
    validation to month 7 after its cut-off (95% interval −0.088 to −0.043, 7 models). …"
    """
    ages, every = ageing(found.models, of_figure(ACCURACY)), Every.parse(found.every)
    trainings = count(len(found.models), "training")
    each = f", one every {every}" if len(found.models) > 1 else ""
    said = [f"{trainings} of {found.family}{each}."]
    return " ".join([*said, *_decay(ages, every), *_gain(ages, every), *_promised(found, every)])


def gain_sentence(found: Backtest) -> str | None:
    """What retraining bought in a backtest; None where no two models were measured together."""
    said = list(_gain(ageing(found.models, of_figure(ACCURACY)), Every.parse(found.every)))
    return f"Backtest #{found.execution}: {said[0]}" if said else None


def age_of(every: Every, age: int) -> str:
    """``month 3``, ``weeks 9 to 12``: that window after the cut-off; ages begin at 1."""
    last = age * every.number
    if every.number == 1:
        return f"{every.unit} {last}"
    return f"{every.unit}s {last - every.number + 1} to {last}"


def span_of(every: Every, by: int) -> str:
    """``1 month``, ``8 weeks``: so many windows."""
    return count(by * every.number, str(every.unit))


def begins_at(every: Every, moment: int) -> str:
    """``2013-05`` of a month, else the first day of the window."""
    day = day_of(moment)
    return f"{day:%Y-%m}" if every == Every(1, Window.MONTH) else f"{day}"


def _decay(ages: Ageing, every: Every) -> Iterator[str]:
    shown = ages.said_decay
    if shown is None:
        return
    where = f"from a model's own validation to {age_of(every, shown.age)} after its cut-off"
    change, told = shown.change, _certain(shown.change, "model")
    if _moved(change):
        verb = "falls" if change.value < 0 else "rises"
        yield f"Accuracy {verb} by {three(abs(change.value))} {where} ({told})."
    else:
        yield f"Accuracy changes by {signed(change.value)} {where} ({told})."


def _gain(ages: Ageing, every: Every) -> Iterator[str]:
    shown = ages.said_gain
    if shown is None:
        return
    first, *more = dict.fromkeys([ages.gains[0], shown])
    said = f"On the same posts, accuracy {_higher(first)} with a model that is"
    said += f" {span_of(every, first.by)} younger"
    for each in more:
        said += f", and {_higher(each)} with one that is {span_of(every, each.by)} younger"
    yield f"{said}."


def _promised(found: Backtest, every: Every) -> Iterator[str]:
    newest, accuracy = found.models[-1], of_figure(ACCURACY)
    if found.promise is None or newest.validation is None or not newest.later:
        return
    drawn = three(found.promise.figures[ACCURACY].value)
    own, then = accuracy(newest.validation), accuracy(newest.later[0])
    yield (
        f"On {day_of(newest.cutoff)}, a tenth drawn at random promised {drawn} and the newest tenth"
        f" {three(own)}; {age_of(every, newest.later[0].age)} gave {three(then)}."
    )


def _higher(younger: Younger) -> str:
    gain, told = younger.gain, _certain(younger.gain, "window")
    if _moved(gain):
        return f"is {three(abs(gain.value))} {'higher' if gain.value > 0 else 'lower'} ({told})"
    return f"differs by {signed(gain.value)} ({told})"


def _moved(change: MeanDifference) -> bool:
    return direction(change.value, interval=change.interval, noise=None) in (HIGHER, LOWER)


def _certain(change: MeanDifference, thing: str) -> str:
    of = count(change.of, thing)
    if change.interval is None:
        return f"{of}, too few for an interval"
    return f"95% interval {interval(change.interval)}, {of}"
