"""Tuning: which parameters of a family do best on validation."""
