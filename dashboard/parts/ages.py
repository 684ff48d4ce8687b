"""How old what a model was trained on is."""

from datetime import UTC, datetime

from core.evaluation.history import Training
from core.release.case import Case
from core.release.training_age import training_age
from dashboard import data, words


def training_ends(training: Training) -> datetime | None:
    """When the newest post that it was trained on was written, or a moment later; None of a model
    that was made elsewhere.
    """
    if training_age(data.store(), training.model) is None:
        return None
    return datetime.fromtimestamp(training.snapshot.trained_until, UTC)


def ages(case: Case, training: Training) -> str:
    """How old the newest training posts of a candidate and of production are (Markdown)."""
    said = f"Newest training post: {_age(training)}"
    production = case.production
    if production is None or production.candidate == case.number:
        return f"{said}."
    serving = next(each for each in data.all_trainings() if each.number == production.candidate)
    return f"{said}; in production, {production.version}: {_age(serving)}."


def _age(training: Training) -> str:
    ends = training_ends(training)
    if ends is None:
        return "unknown, since the model was made elsewhere"
    return f"{words.age(ends)} old ({words.unbroken(words.day(ends))})"
