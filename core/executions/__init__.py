"""Every run of every step, recorded: who, what code, what data, what came of it."""

from core.executions.history import get, listing
from core.executions.record import Run, record
from core.executions.steps import Step, cached, run_cached
from core.store.executions import Execution, Link

__all__ = [
    "Execution",
    "Link",
    "Run",
    "Step",
    "cached",
    "get",
    "listing",
    "record",
    "run_cached",
]
