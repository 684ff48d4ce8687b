"""The one place where errors become words."""

import errno
from collections.abc import Sequence

import typer
from typer import rich_utils
from typer._click.exceptions import ClickException

from core.cli.app import build
from core.cli.interrupts import INTERRUPTED, leaving_at_once
from core.cli.output import complain
from core.errors import SignoffError
from core.processes import keep_modules_safe
from core.safe_text import one_line


def carried_out(words: Sequence[str]) -> int:
    """The exit code of a command line. With ``--traceback``, errors are raised."""
    keep_modules_safe()
    wants_traceback = "--traceback" in words
    arguments = [word for word in words if word != "--traceback"]
    try:
        with leaving_at_once():
            app = build(next(iter(arguments), None))
        code = app(arguments, prog_name="signoff", standalone_mode=False)
    except ClickException as error:
        error.message = one_line(error.message)
        rich_utils.rich_format_error(error)
        return error.exit_code
    except typer.Abort:
        return 1
    except KeyboardInterrupt:  # before Typer was there to hear it
        code = INTERRUPTED
    except SignoffError as error:
        if wants_traceback:
            raise
        complain(str(error))
        return error.exit_code
    except Exception as error:  # the boundary: whatever is left is ours to mend
        if wants_traceback:
            raise
        complain(_unexpected(error))
        return 1
    if code == INTERRUPTED:
        complain("Interrupted. Nothing half-written is left; run the command again.")
    return int(code or 0)


def _unexpected(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = f" ({error.filename})" if error.filename else ""
        return f"A disk is full{where}. Free some space, then run the command again."
    said = f"Unexpected error in Signoff: {type(error).__name__}: {error}"
    return f"{said}. Please report it with the output of --traceback."
