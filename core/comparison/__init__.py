"""Comparison: a baseline evaluation against a candidate evaluation."""
