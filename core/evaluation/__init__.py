"""Evaluation: one model applied to one split."""

from core.store.models import Evaluation

__all__ = ["Evaluation"]
