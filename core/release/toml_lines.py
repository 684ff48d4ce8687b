"""On which line of a TOML text something stands: its parser keeps no lines. Pure."""

import tomllib

NOT_TOML = (tomllib.TOMLDecodeError, RecursionError)
"""What the parser raises; the latter where brackets are nested by the thousand."""


def line_of(text: str, *path: str) -> int:
    """The line, from 1, on which a table or key of a TOML text begins.

    Without ``path``: the line on which begins what cannot be parsed.

    The parser keeps no lines. So the text is parsed with one more line each time: the key begins
    after the longest beginning that can be parsed and lacks it. That holds for every way of
    writing TOML (dotted, quoted, inline, over many lines), and takes time only after a mistake.
    """
    lines = text.split("\n")
    begins = 1
    for count in range(1, len(lines) + 1):
        try:
            document = tomllib.loads("\n".join(lines[:count]))
        except NOT_TOML:  # in the middle of a value, or of a mistake
            continue
        if path and _holds(document, path):
            break
        begins = count + 1
    return begins


def _holds(document: object, path: tuple[str, ...]) -> bool:
    for name in path:
        if not isinstance(document, dict) or name not in document:
            return False
        document = document[name]
    return True
