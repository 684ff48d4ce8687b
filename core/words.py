"""Words around numbers."""


def count(number: int, thing: str, plural: str | None = None) -> str:
    """``1 candidate``, ``2 candidates``, ``1,200 posts``.

    Args:
        plural: where it is not ``thing`` with an s: ``count(2, "entry", "entries")``.
    """
    return f"{number:,} {thing if number == 1 else plural or f'{thing}s'}"
