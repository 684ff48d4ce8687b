"""Workspaces with released versions."""

from tests.core.release.conftest import approved, ready

__all__ = ["approved", "ready"]
