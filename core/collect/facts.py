"""What Reddit's API says of a subreddit, as we keep it. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.collect.names import is_subreddit

_MOST = 2**62
"""Numbers fit into 64 bits, even meaningless ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What Reddit says of a subreddit. ``subscribers`` None: it does not say."""

    name: str
    """As Reddit writes it."""
    subscribers: int | None
    over_18: bool
    description: str


def parse_subreddit(data: Mapping[str, Any]) -> Facts | None:
    """The facts about a subreddit; None if its name is not valid."""
    name, description = data.get("display_name"), data.get("public_description")
    if not isinstance(name, str) or not is_subreddit(name):
        return None
    subscribers = number(data.get("subscribers"))
    return Facts(
        name=name,
        subscribers=None if subscribers is None else int(subscribers),
        over_18=data.get("over18") is True,
        description=_encodable(description).strip() if isinstance(description, str) else "",
    )


def number(value: Any) -> float | None:
    """A finite number that fits into 64 bits, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) and abs(value) < _MOST else None


def _encodable(text: str) -> str:
    """Half a character, which JSON can say and UTF-8 cannot, becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
