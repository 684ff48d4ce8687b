"""Words around numbers."""


def count(number: int, thing: str) -> str:
    """``1 candidate``, ``2 candidates``, ``1,200 posts``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
