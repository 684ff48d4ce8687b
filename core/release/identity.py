"""What a training is called, wherever one is named: on pages, in select boxes, by commands."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.drift.windows import day_of
from core.errors import SignoffError
from core.evaluation.history import Training, trainings
from core.executions import annotations
from core.executions.annotations import BASELINE
from core.executions.purpose import BACKTEST, NOISE, TUNE
from core.release import aliases, candidates, pairing
from core.release.stages import Stage, stage_of
from core.store import Store
from core.training.families import family

MOST = 3
"""Parameters that are said."""
FEWEST = 14
"""Characters of what was trained that are said at least."""
_PART = {TUNE: "trial of ", BACKTEST: "backtest of "}
"""Of trainings that nobody asked for by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A training, where it stands, and its version; None before an approval."""

    training: Training
    stage: Stage
    version: str | None

    @property
    def number(self) -> int:
        return self.training.number

    @property
    def state(self) -> str:
        """``approved 20261129.2``, ``proposed``; empty of what was never proposed."""
        if self.stage == Stage.TRAINED:
            return ""
        return f"{self.stage} {self.version}" if self.version else str(self.stage)

    @property
    def title(self) -> str:
        """``#3 · fasttext, ova, 10 epochs · approved 20261129.2``,
        ``#15 · retraining of #3, seed 1004``.
        """
        return f"#{self.number} · {self.what}"

    @property
    def what(self) -> str:
        """The same without the number."""
        called = self.training.name or described(self.training)
        return " · ".join([called, *self._standing])

    @property
    def called(self) -> str:
        """The same without its state: ``#3 · fasttext, ova, 10 epochs``."""
        return f"#{self.number} · {self.training.name or described(self.training)}"

    def short(self, most: int, *, besides: str = "") -> str:
        """Its title where there is little room: what was trained is cut, number, state and version
        never.

        Args:
            most: characters; more where what is left of what was trained would say nothing.
            besides: what else must be read, behind it.
        """
        end = "".join(f" · {each}" for each in (*self._standing, besides) if each)
        room = max(most - len(end), len(f"#{self.number} · ") + FEWEST)
        called = self.called
        return (called if len(called) <= room else f"{called[: room - 1].rstrip(' ,')}…") + end

    @property
    def _standing(self) -> list[str]:
        """Its state, and whether it is the pinned baseline."""
        pinned = BASELINE if BASELINE in self.training.annotations.tags else ""
        return [each for each in (self.state, pinned) if each]


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """All trainings, newest first, and the pair that is shown where nobody has chosen one."""

    known: tuple[Known, ...]
    default: pairing.Chosen
    tagged: tuple[int, ...]
    """Evaluated ones with the tag ``baseline``, the last one first."""
    production: int | None

    @property
    def pinned(self) -> int | None:
        """The baseline that somebody pinned: what was last tagged so."""
        return next(iter(self.tagged), None)

    @property
    def own(self) -> tuple[Known, ...]:
        """Those that somebody asked for, or proposed."""
        return tuple(each for each in self.known if is_own(each))


def is_own(known: Known) -> bool:
    """Whether somebody asked for it by itself, or proposed it."""
    return known.training.own or known.stage != Stage.TRAINED


def read(store: Store, found: Sequence[Training] | None = None) -> Everything:
    """Every training with what it is called.

    Args:
        found: the trainings, where the caller has read them; None: they are read.
    """
    all_trainings = trainings(store) if found is None else found
    proposed = candidates.listing(store)
    names, canary = aliases.named(store)
    by_number = {each.number: each for each in proposed}
    trying = canary.version if canary else None
    known = tuple(
        Known(
            training=training,
            stage=stage_of(by_number.get(training.number), names=names, canary=trying),
            version=by_number[training.number].version if training.number in by_number else None,
        )
        for training in all_trainings
    )
    own = [each.number for each in known if is_own(each) and each.training.evaluation]
    evaluated = {each.number for each in known if each.training.evaluation}
    tagged = tuple(n for n in annotations.read(store).pinned if n in evaluated)
    pinned = next(iter(tagged), None)
    return Everything(
        known=known,
        default=pairing.default_pair(proposed, own, names=names, canary=trying, pinned=pinned),
        tagged=tagged,
        production=pairing.in_production(proposed, names=names),
    )


def baseline_for(store: Store, training: int) -> int | None:
    """What to compare a training with, see :func:`core.release.pairing.baseline_for`."""
    everything, (names, _) = read(store), aliases.named(store)
    own = [each.number for each in everything.own if each.training.evaluation]
    return pairing.baseline_for(
        training, candidates.listing(store), own, names=names, pinned=everything.pinned
    )


def described(training: Training) -> str:
    """What was trained, without its number: ``fasttext, ova, 10 epochs``, ``retraining of #3, seed
    1004``. The seed is said where it is not 0.
    """
    params = training.execution.params
    made = _made(training)
    if training.execution.purpose == NOISE:
        of = f"#{training.repeats}" if training.repeats else made
        half = [f"half {params['half']}"] if "half" in params else []
        return ", ".join([f"retraining of {of}", f"seed {training.seed}", *half])
    few = [f"newest {params['newest']:,} posts"] if "newest" in params else []
    if "before" in params:
        few.append(f"posts before {day_of(params['before'])}")
        few += ["a tenth held out at random"] if params.get("shuffled") else []
    seed = [f"seed {training.seed}"] if training.seed else []
    part = "" if training.own else _PART.get(training.execution.purpose or "", "")
    return part + ", ".join([made, *few, *seed])


def _made(training: Training) -> str:
    """Family and parameters: those that its family always says, then others than the default."""
    name = training.model.family
    values = training.execution.params.get("params") or {}
    try:
        parameters = family(name).parameters
    except SignoffError:  # made by a package that is gone, or not trained at all
        parameters = ()
    always_first = sorted(parameters, key=lambda one: not one.said)
    said = [one.told(values[one.name]) for one in always_first if one.name in values]
    return ", ".join([name, *[text for text in said if text][:MOST]])
