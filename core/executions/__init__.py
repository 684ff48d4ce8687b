"""Every run of every step, recorded: who, what code, what data, what came of it."""

from core.executions.history import cached, get, listing, mark_interrupted
from core.executions.record import Run, record

__all__ = ["Run", "cached", "get", "listing", "mark_interrupted", "record"]
