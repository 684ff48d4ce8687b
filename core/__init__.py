"""Signoff's core: everything but the pages. The folders read as the road that a post travels.

What Python code and notebooks may rely on is :func:`open_workspace` and what it gives
(:mod:`core.workspace`, docs/python.md). Everything else is private and changes without notice.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.workspace import Workspace, open_workspace

__all__ = ["Workspace", "open_workspace"]


def __getattr__(name: str) -> Any:
    """The public face, imported where it is asked for: whoever imports a part of ``core`` does not
    wait for all of it.
    """
    if name in __all__:
        return getattr(import_module("core.workspace"), name)
    raise AttributeError(f"module 'core' has no attribute {name!r}")
