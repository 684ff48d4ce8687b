"""How far a training is, kept from time to time: after a kill it goes on there, to the same
bytes.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from core.arrays import Int64s
from core.training import checkpoint
from core.training.pooled.adam import Adam
from core.training.pooled.learner import Learner
from core.training.tensors import Stored

FILE = "pooled.safetensors"
_ADAM = ("values", "first", "second")


@dataclass(frozen=True, slots=True)
class Moment:
    """The posts of pass ``epoch``, from 0, are taken in ``order``; the next one is at ``place``."""

    epoch: int
    order: Int64s
    place: int


def keep(folder: Path, learner: Learner, moment: Moment) -> None:
    """Keep a learner as it is. See :func:`core.training.checkpoint.keep`."""
    tensors = {
        f"{name}.{field}": getattr(part, field)
        for name, part in learner.parts.items()
        for field in _ADAM
    }
    about = {
        "epoch": moment.epoch,
        "place": moment.place,
        "steps": learner.bias.steps,
        # Its numbers have 128 bits, which only this module's JSON holds.
        "rng": json.dumps(learner.rng.bit_generator.state),
    }
    checkpoint.keep(Stored(about, tensors | {"order": moment.order}, None), folder / FILE)


def resume(folder: Path, learner: Learner) -> Moment | None:
    """Bring a learner that has just begun to what was kept; None, and nothing changes, where
    nothing was.
    """
    stored = checkpoint.kept(folder / FILE)
    if stored is None:
        return None
    about, tensors = stored.about, stored.tensors
    for name in learner.parts:
        fields = {field: tensors[f"{name}.{field}"] for field in _ADAM}
        setattr(learner, name, Adam(**fields, steps=about["steps"]))
    learner.rng.bit_generator.state = json.loads(about["rng"])
    return Moment(about["epoch"], tensors["order"], about["place"])
