"""What the posts in the store are like: counted once, stored as a few thousand rows."""

from core.store.quality import Holdings

__all__ = ["Holdings"]
