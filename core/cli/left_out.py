"""What ``signoff drift`` and ``signoff agree`` say of posts that were not predicted."""

from collections.abc import Mapping

from core.cli.output import say
from core.drift.pending import FUTURE, NO_TEXT, SEALED
from core.words import count

_REASONS = {
    SEALED: "from the time of a sealed test split",
    FUTURE: "dated in the future",
    NO_TEXT: "without text",
}


def say_left_out(left_out: Mapping[str, int]) -> None:
    """A line for each reason.

    Args:
        left_out: reason -> posts.
    """
    for reason, posts in left_out.items():
        say(f"Left out: {count(posts, 'post')} {_REASONS[reason]}.")
