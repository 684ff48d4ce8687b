"""The public face of Signoff for Python code and notebooks: ``from core import open_workspace``.

What stands here is kept: its names, what it takes and gives. It never opens a sealed test.
"""

from core.workspace.results import Comparison, Drift, Evaluation, Snapshot, Training
from core.workspace.workspace import Workspace, open_workspace

__all__ = [
    "Comparison",
    "Drift",
    "Evaluation",
    "Snapshot",
    "Training",
    "Workspace",
    "open_workspace",
]
