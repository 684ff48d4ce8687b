"""The kinds of steps: what each takes, and what it does."""

from collections.abc import Mapping
from types import MappingProxyType

from core.pipeline.kinds import collecting, comparing, deciding, drifting, freezing, training
from core.pipeline.work import Kind

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "import": collecting.IMPORT,
        "collect": collecting.COLLECT,
        "snapshot": freezing.SNAPSHOT,
        "check": freezing.CHECK,
        "train": training.TRAIN,
        "noise": training.NOISE,
        "compare": comparing.COMPARE,
        "drift": drifting.DRIFT,
        "report": deciding.REPORT,
        "propose": deciding.PROPOSE,
    }
)
"""By their names, in the order in which they mostly stand."""
