"""Comparison: a baseline evaluation against a candidate evaluation."""

from core.store.models import Comparison

__all__ = ["Comparison"]
