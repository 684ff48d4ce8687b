"""What people may write beside what they decide. Pure."""

from core.errors import InputError
from core.invisible import is_visible

MAX_COMMENT = 2_000
"""Characters."""


def check_comment(comment: str) -> None:
    """Refuse a comment that is too long.

    Raises:
        InputError: it is longer than :data:`MAX_COMMENT`.
    """
    if len(comment) > MAX_COMMENT:
        raise InputError(
            f"The comment is {len(comment):,} characters long", f"Use at most {MAX_COMMENT:,}."
        )


def require_comment(comment: str, verb: str) -> None:
    """Refuse a decision without a comment, or with one that is too long.

    Args:
        verb: what they do to the candidate: ``approve``.

    Raises:
        InputError: it is empty or too long.
    """
    if not is_visible(comment):
        raise InputError(
            f"Say why you {verb} it", "The comment stays in the history; one sentence is enough."
        )
    check_comment(comment)
