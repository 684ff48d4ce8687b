"""How model cards say splits and moments."""

from datetime import datetime

SPLITS = {"train": "training", "valid": "validation", "test": "sealed test"}


def minute(moment: datetime) -> str:
    """``2026-05-31 12:00 UTC``."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def day(moment: datetime | None) -> str:
    """``2026-05-31``; a dash where it is not known."""
    return "–" if moment is None else f"{moment:%Y-%m-%d}"
