"""Who may read a workspace: the account that it belongs to, and nobody else on the machine.

With ``SIGNOFF_SHARE_WORKSPACE`` the umask decides instead, so that a group can share a workspace.
"""

import stat
from contextlib import suppress
from pathlib import Path

from core.settings import settings

_OWNERS = stat.S_IRWXU


def permitted(mode: int) -> int:
    """What of a mode is given: to the owner only, unless the workspace is shared."""
    return mode if settings().share_workspace else mode & _OWNERS


def make_folder(home: Path, database: str) -> None:
    """Make the folder of a workspace, or close one that is open to others.

    Args:
        database: the name of the file by which a folder is known to be a workspace. What else may
            be in a folder, such as /tmp, is not ours to close.
    """
    own = not home.exists() or (home / database).exists() or not any(home.iterdir())
    home.mkdir(mode=permitted(0o777), parents=True, exist_ok=True)
    if own:
        close(home)


def is_closed(path: Path) -> bool:
    """Whether nobody may use it who should not."""
    mode = stat.S_IMODE(path.stat().st_mode)
    return mode == permitted(mode) or bool(mode & stat.S_ISVTX)


def close(path: Path) -> None:
    """Take from others what they may do with a file or a folder of the workspace."""
    # Another account's, or on a disk that knows no permissions: then it stays as it is.
    with suppress(OSError):
        if not is_closed(path):
            path.chmod(permitted(stat.S_IMODE(path.stat().st_mode)))
