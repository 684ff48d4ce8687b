"""A process that has loaded Signoff once and forks for every command it is asked to run.

Loading takes longer than most commands. Each command still has a process, an environment, a
working directory and an exit code of its own. Asked by one line of JSON, answers with the code.
"""

import json
import os
import sys
import traceback
from typing import Any, NoReturn

from core.cli.main import run


def become(asked: dict[str, Any]) -> NoReturn:
    """Run the command in this process, and end."""
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    for number, name in enumerate((os.devnull, asked["out"], asked["err"])):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT, 0o600), number)
    sys.argv = ["signoff", *asked["words"]]
    code: Any = 1
    try:
        run()
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - as the interpreter itself would
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if not child:
            become(json.loads(line))
        status = os.waitpid(child, 0)[1]
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
