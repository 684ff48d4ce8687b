"""What came of running an execution again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.comparison.differences import Fact
from core.metrics import HEADLINES, METRIC
from core.words import band, count, listed, signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A figure then and now. ``noise``: half the width of the band that holds the difference of two
    trainings of this configuration; None where it was not measured, or retraining plays no part.
    """

    name: str
    then: float
    now: float
    noise: float | None

    @property
    def difference(self) -> float:
        return self.now - self.then

    @property
    def within(self) -> bool:
        """Whether retraining alone moves it as far."""
        return self.noise is not None and abs(self.difference) <= self.noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """``of``: the execution that was run again. ``then``, ``now``: what it made, by digest.
    ``moved``: the figures that are not the same. ``environment``: what differs in it, then and now.
    ``notes``: what else was not as it was. ``retrained``: whether it trained a model, which chance
    moves.
    """

    of: int
    then: Mapping[str, str | None]
    now: Mapping[str, str | None]
    moved: tuple[Measured, ...]
    environment: tuple[Fact, ...]
    notes: tuple[str, ...]
    retrained: bool
    seconds_then: float
    seconds_now: float

    @property
    def identical(self) -> bool:
        """Whether all that it made is the same to the byte."""
        return dict(self.then) == dict(self.now)

    @property
    def within_noise(self) -> bool | None:
        """Whether retraining alone moves each figure as far; None where that was not measured."""
        judged = [each for each in self.moved if each.noise is not None]
        return all(each.within for each in judged) if judged else None

    @property
    def answer(self) -> str:
        """The answer in a few words, as it goes on after a colon."""
        if self.identical:
            return "identical to the byte"
        if not self.moved:
            return "the same figures, from other bytes"
        verb = "differs" if len(self.moved) == 1 else "differ"
        far = f"{count(len(self.moved), 'figure')} {verb}, {_first(self.moved)}"
        if not self.retrained:
            return far
        if self.within_noise is None:
            return f"{far}; the noise of retraining was not measured"
        return f"{far}; {'all within' if self.within_noise else 'beyond'} the noise of retraining"

    @property
    def sentence(self) -> str:
        return f"#{self.of} was run again: {self.answer}."


def _first(moved: tuple[Measured, ...]) -> str:
    """By how much the first of the headlines that moved did or, if none did, of all."""
    places = {metric.key: place for place, metric in enumerate(HEADLINES)}
    most = min(moved, key=lambda each: places.get(each.name, len(places)))
    metric = METRIC.get(most.name)
    name = (metric.spoken or metric.name) if metric else most.name
    noise = f" (noise {band(most.noise)})" if most.noise is not None else ""
    return f"{name} by {signed(most.difference)}{noise}"


def outputs_said(found: Reproduction) -> str:
    """Which of the outputs are the same, in words: ``predictions the same; summary differs``."""
    same = [name for name, digest in found.then.items() if found.now.get(name) == digest]
    others = [name for name in found.then if name not in same]
    parts = [f"the same: {listed(same)}" if same else "", f"other: {listed(others)}"]
    return "; ".join(filter(None, parts if others else parts[:1]))
