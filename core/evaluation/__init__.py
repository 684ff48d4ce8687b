"""Evaluation: one model applied to one split."""
