"""Why the figures of a comparison promise too much, in words."""

from core.comparison.compare import summary_of
from core.evaluation import evaluate
from core.snapshots.holding import looks
from core.snapshots.read import find
from core.store import Store
from core.store.models import Comparison, Evaluation
from core.training.families import KINDS
from core.training.train import of_execution as model_of


def caveats(store: Store, comparison: Comparison) -> list[str]:
    """Why the figures of one side or the other promise too much, as sentences; often none."""
    sentences = []
    for name, number in (("baseline", comparison.baseline), ("candidate", comparison.candidate)):
        sentences += of_model(store, evaluate.of_execution(store, number), called=name)
    sentences = list(dict.fromkeys(sentences))
    missing = summary_of(store, comparison).noise.missing
    if missing:
        known = "candidate" if missing == "baseline" else "baseline"
        evaluation = evaluate.of_execution(store, getattr(comparison, missing))
        sentences.append(
            f"The noise of retraining the {missing} was not measured and is assumed to equal"
            f" the {known}'s. {_how_to_measure(store, missing, evaluation)}"
        )
    return sentences


def of_model(store: Store, evaluation: Evaluation, *, called: str = "model") -> list[str]:
    """Why the figures of one evaluation promise too much, as sentences; often none.

    Args:
        called: what the sentences call the model that was evaluated.
    """
    sentences = []
    seen = evaluation.metrics["seen_in_training"]
    if seen:
        sentences.append(
            f"The {called} was trained on {seen:.1%} of these posts, so its scores are too"
            " optimistic."
        )
    sentences += of_evaluation(store, evaluation)
    snapshot = find(store, evaluation.snapshot)
    trained_for = model_of(store, evaluation.model_execution).normaliser
    if trained_for != snapshot.normaliser:
        sentences.append(
            f"The {called} was trained with version {trained_for} of the text normaliser, and"
            f" these posts are read with version {snapshot.normaliser}. A few posts have other"
            " words than it learned from."
        )
    if snapshot.optimistic:
        sentences.append(
            f"The {called}'s posts are split at random: the model sees posts from the future,"
            " so its scores are optimistic."
        )
    return sentences


def of_evaluation(store: Store, evaluation: Evaluation) -> list[str]:
    """What an evaluation by itself gives away of sealed tests, as sentences; mostly nothing."""
    return looks(store, find(store, evaluation.snapshot), evaluation.split)


def _how_to_measure(store: Store, side: str, evaluation: Evaluation) -> str:
    family = model_of(store, evaluation.model_execution).family
    if family in KINDS:
        return f"It cannot be measured, because a model of the kind {family} cannot be retrained."
    return f"Run signoff noise with the {side}'s parameters to measure it."
