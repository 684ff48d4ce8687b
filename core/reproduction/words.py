"""The command that does an execution again, or why none can. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime

from core.errors import RefusedError
from core.hints import Command, Hint
from core.store.executions import SUCCEEDED, Execution
from core.training.families import KINDS
from core.training.parameters import AUTO

TRAIN, EVALUATE, COMPARE, SNAPSHOT = "train", "evaluate", "compare", "snapshot"
_PARTS = "It is made of trainings. Each of them can be reproduced: give the number of one."
_WHY_NOT: Mapping[str, str] = {
    "import": "What it read lies outside of the workspace, in files that may have changed since.",
    "collect": "Reddit answers otherwise each time.",
    "rank": "Reddit answers otherwise each time.",
    "refresh": "Reddit answers otherwise each time.",
    "erase": "What was erased is gone.",
    "test": "A sealed test is opened once. What that gave is kept.",
    "noise": _PARTS,
    "tune": _PARTS,
    "backtest": _PARTS,
}
_SEALED = (
    "It is of a sealed test split, and each look at one is recorded",
    "What its opening gave is kept. Reproduce the training instead.",
)


def again(execution: Execution) -> list[str]:
    """What stands after ``signoff`` to do it again; its parameters are all given.

    Raises:
        RefusedError: it did not succeed, or no command does the same again.
    """
    named = f"#{execution.number}"
    if execution.status != SUCCEEDED:
        raise RefusedError(
            f"{named} is {execution.status}: there is no result that could come out again",
            "Choose one that succeeded.",
        )
    words = {
        TRAIN: _train,
        EVALUATE: _evaluate,
        COMPARE: _compare,
        SNAPSHOT: _snapshot,
    }.get(execution.kind)
    if words is None:
        raise RefusedError(
            f"{named} is of kind {execution.kind}, which cannot be reproduced",
            _WHY_NOT.get(execution.kind)
            or Hint("What can be: snapshots, trainings, evaluations and comparisons."),
        )
    return [*words(execution), "--json"]


def _train(execution: Execution) -> list[str]:
    params = execution.params
    family = str(params["family"])
    if family in KINDS:
        raise RefusedError(
            f"The model of #{execution.number} was not trained here: it is of the kind {family}",
            "Reproduce the trainings that it was made of, or adopt it again.",
        )
    if "half" in params or "before" in params:
        of = "one half of the posts" if "half" in params else "the posts until some moment"
        raise RefusedError(
            f"#{execution.number} was trained on {of}, which no command does by itself",
            Hint("Choose a training that signoff train made.", Command("executions list")),
        )
    chosen = [("--param", f"{name}={_text(v)}") for name, v in params["params"].items()]
    options = [
        ("--snapshot", execution.inputs["snapshot"]),
        ("--model", family),
        ("--seed", params["seed"]),
        ("--threads", params["threads"]),
        *([("--newest", params["newest"])] if "newest" in params else []),
        *chosen,
    ]
    return [TRAIN, *(str(word) for option in options for word in option)]


def _evaluate(execution: Execution) -> list[str]:
    split = execution.params["split"]
    if split == "test":
        raise RefusedError(*_SEALED)
    inputs = execution.inputs
    return [EVALUATE, str(inputs["training"]), "--on", f"{inputs['snapshot']}:{split}"]


def _compare(execution: Execution) -> list[str]:
    return [COMPARE, *(str(execution.inputs[side]) for side in ("baseline", "candidate"))]


def require_unsealed(*splits: str) -> None:
    """Raises RefusedError where one of these splits is a sealed test."""
    if "test" in splits:
        raise RefusedError(*_SEALED)


def _snapshot(execution: Execution) -> list[str]:
    params = execution.params
    if params.get("feedback"):
        raise RefusedError(
            f"Snapshot #{execution.number} holds texts that users sent, which are kept only for a"
            " while",
            "Choose a snapshot without them.",
        )
    moments = {"--since": "since", "--until": "until", "--test-since": "test_since"}
    plain = {"--min-posts": "min_posts", "--max-posts": "max_posts", "--seed": "seed"}
    options = [
        ("--split", params["split"]),
        ("--fractions", ",".join(map(str, params["fractions"]))),
        *((o, _moment(params[name])) for o, name in moments.items() if params.get(name)),
        *((o, params[name]) for o, name in plain.items() if params.get(name) is not None),
    ]
    return [SNAPSHOT, "create", *(str(word) for option in options for word in option)]


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _text(value: object) -> str:
    """As a parameter is given on the command line."""
    if value is None:
        return AUTO
    return str(value).lower() if isinstance(value, bool) else str(value)
