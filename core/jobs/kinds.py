"""The kinds of long work that pages ask for: what each takes, who may ask, and what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from core.access.identity import Role
from core.comparison import compare as comparing
from core.comparison.compare import Pair
from core.drift import agree as agreeing
from core.drift.predicting import PREDICT, bring_up_to_date
from core.evaluation import evaluate as evaluating
from core.hints import Command
from core.progress import Progress
from core.quality import Holdings
from core.quality import check as quality
from core.release import openings, review
from core.release.released import released_model
from core.snapshots import find
from core.store import Store
from core.text import NORMALISER
from core.training.load import require_readable

Inputs = Mapping[str, Any]
"""What a job is about, by name; JSON values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of long work.

    ``to``: what who asks wants to do, as a verb with its object. ``title``: what is done, as
    ``comparing #3 and #5``. ``said``: inputs that do not
    change what is asked: two jobs that differ only in them are one. ``check``: raises what stands
    against it, before it is asked for. ``work``: does it, and asks for the role again where it
    writes. ``command``: the command that does the same. ``looks``: whether it only shows what is
    there, so that its executions are no step that somebody took.
    """

    to: str
    title: Callable[[Store, Inputs], str]
    role: Role = Role.REVIEWER
    said: frozenset[str] = frozenset()
    looks: bool = False
    check: Callable[[Store, Inputs], object]
    work: Callable[[Store, Inputs, Progress], object]
    command: Callable[[Store, Inputs], Command]


def opening(candidate: int, snapshot: str, *, reason: str = "") -> dict[str, Any]:
    """The inputs of :data:`OPEN`. ``snapshot``: digest of the one whose sealed test."""
    return {"candidate": candidate, "snapshot": snapshot, "reason": reason}


def comparison(store: Store, pair: Pair, numbers: tuple[int, int]) -> dict[str, Any]:
    """The inputs of :data:`COMPARE`.

    Args:
        numbers: by which somebody chose the two: trainings or evaluations.
    """
    return {**comparing.inputs_of(store, pair), "chosen": list(numbers)}


def proposal(candidate: int, *, note: str = "") -> dict[str, Any]:
    """The inputs of :data:`PROPOSE`. ``candidate``: the training whose model it is."""
    return {"candidate": candidate, "note": note}


def check(holdings: Holdings) -> dict[str, Any]:
    """The inputs of :data:`CHECK`. ``holdings``: what the store holds now."""
    return dict(quality.inputs_of(holdings))


def drift(version: str) -> dict[str, Any]:
    """The inputs of :data:`DRIFT`."""
    return {"version": version}


def agreement(store: Store, models: agreeing.Pair) -> dict[str, Any]:
    """The inputs of :data:`AGREE`."""
    return {**agreeing.inputs_of(store, models)}


def _open(store: Store, inputs: Inputs, progress: Progress) -> None:
    openings.open_test(
        store,
        inputs["candidate"],
        reason=inputs["reason"],
        on=inputs["snapshot"],
        progress=progress,
    )


def _require_possible(store: Store, inputs: Inputs) -> None:
    openings.require_possible(
        store, inputs["candidate"], reason=inputs["reason"], on=inputs["snapshot"]
    )


def _compare(store: Store, inputs: Inputs, progress: Progress) -> None:
    progress("Comparing the two models", 0, None)
    comparing.compare(store, _pair(store, inputs))


def _pair(store: Store, inputs: Inputs) -> Pair:
    return Pair(
        evaluating.of_execution(store, inputs["baseline"]),
        evaluating.of_execution(store, inputs["candidate"]),
    )


def _propose(store: Store, inputs: Inputs, progress: Progress) -> None:
    review.propose(store, inputs["candidate"], note=inputs["note"], progress=progress)


def _predict(store: Store, inputs: Inputs, progress: Progress) -> None:
    model = released_model(store, inputs["version"])
    bring_up_to_date(store, model, progress=progress)


def _agree(store: Store, inputs: Inputs, progress: Progress) -> None:
    agreeing.agree(store, _models(store, inputs), progress=progress)


def _models(store: Store, inputs: Inputs) -> agreeing.Pair:
    return agreeing.pair(store, inputs["baseline"], inputs["candidate"])


OPEN, COMPARE, CHECK, PROPOSE, DRIFT = "open", "compare", "check", "propose", "drift"
AGREE = "agree"
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        OPEN: Kind(
            to=openings.OPEN,
            title=lambda store, inputs: (
                f"opening the sealed test of {find(store, inputs['snapshot']).id}"
                f" for #{inputs['candidate']}"
            ),
            said=frozenset({"reason"}),
            check=_require_possible,
            work=_open,
            command=lambda store, inputs: Command(
                "release test", inputs["candidate"], on=find(store, inputs["snapshot"]).id
            ),
        ),
        COMPARE: Kind(
            to="compare two models",
            title=lambda _store, inputs: "comparing #{} and #{}".format(*inputs["chosen"]),
            said=frozenset({"chosen"}),
            looks=True,
            check=lambda store, inputs: comparing.require_unsealed(_pair(store, inputs)),
            work=_compare,
            command=lambda _store, inputs: Command("compare", *inputs["chosen"]),
        ),
        CHECK: Kind(
            to="check the data",
            title=lambda _store, _inputs: "checking the data",
            check=lambda _store, _inputs: None,
            work=lambda store, _inputs, progress: quality.check(store, progress=progress),
            command=lambda _store, _inputs: Command("data check"),
        ),
        PROPOSE: Kind(
            to=review.PROPOSE,
            title=lambda _store, inputs: f"proposing #{inputs['candidate']}",
            said=frozenset({"note"}),
            check=lambda store, inputs: review.require_new(store, inputs["candidate"]),
            work=_propose,
            command=lambda _store, inputs: Command("release propose", inputs["candidate"]),
        ),
        DRIFT: Kind(
            to=PREDICT,
            title=lambda _store, inputs: f"predicting new posts with {inputs['version']}",
            check=lambda store, inputs: require_readable(
                released_model(store, inputs["version"]), NORMALISER
            ),
            work=_predict,
            command=lambda _store, inputs: Command("drift", alias=inputs["version"]),
        ),
        AGREE: Kind(
            to=agreeing.PREDICT,
            title=lambda _store, inputs: (
                f"predicting all posts with #{inputs['baseline']} and #{inputs['candidate']}"
            ),
            check=lambda store, inputs: agreeing.require_possible(_models(store, inputs)),
            work=_agree,
            command=lambda _store, inputs: Command(
                "agree", inputs["baseline"], inputs["candidate"]
            ),
        ),
    }
)
