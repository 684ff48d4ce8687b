"""What spreadsheets do to a file of values."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet read a cell as a formula, where a text begins with it."""


def guarded(value: object) -> object:
    """The value; a text that a spreadsheet would run as a formula gets an apostrophe in front.

    Names and texts come from outside: see "CSV Injection" of OWASP.
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
