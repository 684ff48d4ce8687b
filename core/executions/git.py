"""Git, asked by a command of its own; what it says is None where there is none."""

import os
import subprocess
from pathlib import Path

SECONDS = 30
_STEERING = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")
"""Variables that a hook of another repository sets, which would be asked instead."""


def git(
    folder: Path,
    *words: str,
    fine: tuple[int, ...] = (0,),
    given: bytes | None = None,
    seconds: float = SECONDS,
) -> bytes | None:
    """What git prints in ``folder``; None where there is no git, no checkout or no commit, or it
    takes longer than ``seconds``.

    Args:
        fine: exit codes of success.
        given: what it reads from its stdin.
    """
    try:
        result = subprocess.run(
            ["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", *words],
            cwd=folder,
            capture_output=True,
            input=given,
            timeout=seconds,
            check=False,
            env={name: value for name, value in os.environ.items() if name not in _STEERING},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout if result.returncode in fine else None
