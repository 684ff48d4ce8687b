"""The command ``signoff``: little is loaded before it is there to hear of Ctrl-C. Its commands are
in ``app``, its errors become words in ``boundary``.
"""

import sys
from typing import NoReturn

from core.cli.interrupts import INTERRUPTED, leaving_at_once
from core.cli.streams import guarded


def run() -> NoReturn:
    """Run the command line and leave with its exit code.

    0 done, 1 an expected error, 2 wrong usage, 3 a gate failed, 130 interrupted by Ctrl-C. The code
    says what became of the command, whatever becomes of its output; of commands that only look, see
    :meth:`core.cli.streams.Output.ended`.
    """
    with guarded() as output:
        sys.exit(output.ended(_code()))


def _code() -> int:
    try:
        with leaving_at_once():
            from core.cli.boundary import carried_out
        return carried_out(sys.argv[1:])
    except KeyboardInterrupt:  # a moment before anybody else hears of it
        return INTERRUPTED
