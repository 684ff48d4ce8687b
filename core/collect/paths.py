"""Which files are meant: files, folders, patterns, standard input."""

import glob
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.collect.names import is_subreddit
from core.errors import InputError

STDIN = Path("-")
_POSTS = re.compile(
    # Named by what is in them, or a dump by its month or subreddit. RC_… and …_comments, which
    # come with them, hold comments.
    r"""(.+\.(csv|ndjson|jsonl)(\.(gz|bz2|xz|zst))?
        |.+\.parquet
        |(?!RC_)[^.]+(?<!_comments)\.(gz|bz2|xz|zst))""",
    re.VERBOSE,
)
_KINDS = "cats.csv.gz, posts.ndjson, RS_2024-01.zst or posts.parquet"
_TABLE = re.compile(r"(.+)\.(csv(\.(gz|bz2|xz|zst))?|parquet)")


@dataclass(frozen=True, slots=True)
class PostFile:
    """One file to read. ``size`` is 0 where nobody knows it."""

    path: Path
    size: int

    @property
    def is_pipe(self) -> bool:
        """Whether it can be read once only."""
        return self.path == STDIN or not self.path.is_file()

    @property
    def subreddit(self) -> str:
        """The label that its name gives to a table without such a column, or ``""``."""
        match = _TABLE.fullmatch(self.path.name)
        return match[1] if match and is_subreddit(match[1]) else ""


def find_files(paths: Iterable[Path]) -> list[PostFile]:
    """The files themselves, those in folders (by name) and those that patterns match, each once.

    They come in the order of their paths, whatever the order given; standard input comes last.

    Raises:
        InputError: a path does not exist, or a folder has no file of a known kind.
    """
    expanded: set[Path] = set()
    for path in paths:
        for match in [path] if path == STDIN or path.exists() else _matches(path):
            expanded.update(_inside(match) if match.is_dir() else [match])
    named = sorted(expanded - {STDIN})
    files = [PostFile(path, path.stat().st_size) for path in named]
    return [*files, PostFile(STDIN, 0)] if STDIN in expanded else files


def _matches(pattern: Path) -> Sequence[Path]:
    """What a pattern means that no shell has expanded."""
    names = glob.glob(str(pattern), recursive=True)  # noqa: PTH207 - Path.glob has no absolute ones
    if names:
        return [Path(name) for name in names]
    if glob.has_magic(str(pattern)):
        raise InputError(f"No file matches {pattern}", "Try the pattern with `ls`.")
    raise InputError(f"{pattern} does not exist", "Give a file or a folder of posts.")


def _inside(folder: Path) -> list[Path]:
    files = [f for f in folder.rglob("*") if _POSTS.fullmatch(f.name) and f.is_file()]
    if not files:
        raise InputError(f"{folder} has no files of posts", f"Signoff reads {_KINDS}.")
    return files
