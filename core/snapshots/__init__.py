"""Snapshots: posts frozen with their splits, the test split sealed."""

from core.snapshots.content import SplitData
from core.snapshots.freeze import create
from core.snapshots.read import find, listing, load_split, names
from core.store.snapshots import Snapshot

__all__ = ["Snapshot", "SplitData", "create", "find", "listing", "load_split", "names"]
