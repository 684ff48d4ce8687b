"""Release: a candidate is proposed, judged by a person, and given to an alias."""

from core.store.releases import Version

__all__ = ["Version"]
