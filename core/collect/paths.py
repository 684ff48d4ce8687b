"""Which files are meant: files, folders, patterns, standard input."""

import glob
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.collect.archives import Member, is_zip, members_of
from core.collect.sniff import why_member_has_no_posts, why_no_posts
from core.errors import InputError

STDIN = Path("-")
_POSTS = re.compile(
    # Named by what is in them, or a dump by its month or subreddit.
    r"""(.+\.(csv|tsv|ndjson|jsonl)(\.(gz|bz2|xz|zst))?
        |.+\.parquet
        |[^.]+\.(gz|bz2|xz|zst))""",
    re.VERBOSE | re.IGNORECASE,
)
_OTHERS = (
    (re.compile(r"\..*"), "its name begins with a dot, as those of hidden files do"),
    (re.compile(r"RC_.*|.+[_-]comments(\..*)?|comments\..*", re.IGNORECASE), "it holds comments"),
    (re.compile(r"subreddits[_-].*", re.IGNORECASE), "it holds subreddits, not posts"),
)
"""Names of files that lie beside those of posts, and what is in them."""
_SHOWN = 100
"""Characters of a name that an archive gives, at most."""
_NAMED = 5
PACKED = InputError("is a zip archive", "To import the files in it, add --unpack.")
"""Of an archive that nobody asked to be unpacked."""
_KINDS = "cats.csv.gz, posts.ndjson, RS_2024-01.zst or posts.parquet"


@dataclass(frozen=True, slots=True)
class PostFile:
    """One file to read. ``size`` is 0 where nobody knows it."""

    path: Path
    size: int
    member: Member | None = None
    """Of the archive at ``path``; None: the file itself."""

    @property
    def is_pipe(self) -> bool:
        """Whether it can be read once only."""
        return self.path == STDIN or not self.path.is_file()

    @property
    def shown(self) -> Path:
        """What it is called, for people; a file in an archive has no path of its own."""
        return self.path if self.member is None else _in_archive(self.path, self.member)


@dataclass(frozen=True, slots=True)
class Found:
    """The files to read, in the order of their paths, standard input last.

    ``left_out``: other files of the folders, and why each is not read.
    """

    files: list[PostFile]
    left_out: dict[Path, str] = field(default_factory=dict)


def find_files(paths: Iterable[Path]) -> list[PostFile]:
    """The files of :func:`find`."""
    return find(paths).files


def find(paths: Iterable[Path], *, unpack: bool = False) -> Found:
    """The files themselves, those in folders (by name) and those that patterns match, each once.

    A file that is named is always read. Of a folder, files of posts are read: told by their names,
    or else by what they hold.

    Args:
        unpack: read the files in zip archives, too. Else an archive is one file, which is not read.

    Raises:
        InputError: a path does not exist, or a folder has no file of posts.
    """
    expanded: set[Path] = set()
    left_out: dict[Path, str] = {}
    for path in paths:
        for match in [path] if path == STDIN or path.exists() else _matches(path):
            expanded.update(_inside(match, left_out, unpack=unpack) if match.is_dir() else [match])
    files: list[PostFile] = []
    for path in sorted(expanded - {STDIN}):
        members = _unpacked(path, left_out) if unpack else []
        files += members or [PostFile(path, path.stat().st_size)]
    left_out = {path: why for path, why in sorted(left_out.items()) if path not in expanded}
    return Found([*files, PostFile(STDIN, 0)] if STDIN in expanded else files, left_out)


def _matches(pattern: Path) -> Sequence[Path]:
    """What a pattern means that no shell has expanded."""
    names = glob.glob(str(pattern), recursive=True)  # noqa: PTH207 - Path.glob has no absolute ones
    if names:
        return [Path(name) for name in names]
    if glob.has_magic(str(pattern)):
        raise InputError(f"No file matches {pattern}", "Try the pattern with `ls`.")
    raise InputError(f"{pattern} does not exist", "Give a file or a folder of posts.")


def _inside(folder: Path, left_out: dict[Path, str], *, unpack: bool) -> list[Path]:
    files = []
    for path in folder.rglob("*"):
        if any(part.startswith(".") for part in path.relative_to(folder).parts[:-1]):
            continue  # .git and its like are nobody's posts
        if not path.is_file():
            continue
        why = _why_left_out(path, unpack=unpack)
        if why is None:
            files.append(path)
        else:
            left_out[path] = why
    if not files:
        why = "; ".join(f"{path.name}: {left_out[path]}" for path in _of(folder, left_out)[:5])
        raise InputError(
            f"{folder} has no files of posts" + (f" ({why})" if why else ""),
            f"Signoff reads {_KINDS}. Unpack archives first, or add --unpack for zip.",
        )
    return files


def _unpacked(path: Path, left_out: dict[Path, str]) -> list[PostFile]:
    """The files of posts in an archive; none where it is no archive, or one that tells, when it is
    read, why it cannot be.
    """
    if not is_zip(path):
        return []
    files = []
    try:
        for member in members_of(path):
            why = _why_member_left_out(path, member)
            if why is None:
                files.append(PostFile(path, member.size, member))
            else:
                left_out[_in_archive(path, member)] = why
    except InputError:
        return []
    return files


def _in_archive(path: Path, member: Member) -> Path:
    return Path(f"{path} ({member.name[:_SHOWN]})")


def _why_member_left_out(path: Path, member: Member) -> str | None:
    if member.name.startswith("__MACOSX/"):
        return "it is a side file of macOS that holds no posts"
    return _why_named(member.base) or (
        None if _POSTS.fullmatch(member.base) else why_member_has_no_posts(path, member)
    )


def _of(folder: Path, paths: Iterable[Path]) -> list[Path]:
    return sorted(path for path in paths if path.is_relative_to(folder))


def _why_left_out(path: Path, *, unpack: bool) -> str | None:
    why = _why_named(path.name)
    if why or _POSTS.fullmatch(path.name):
        return why
    if is_zip(path):
        try:
            fault = why_not_read(path)
        except InputError as error:
            fault = error
        if fault is not None:
            return f"it {fault.reason}"
        return None if unpack else f"it {PACKED.reason}; add --unpack to import the files in it"
    return why_no_posts(path)


def _why_named(name: str) -> str | None:
    return next((why for other, why in _OTHERS if other.fullmatch(name)), None)


def why_not_read(path: Path) -> InputError | None:
    """Why nothing of an archive can be read; None where it holds a file of posts.

    Raises:
        InputError: it cannot be read.
    """
    members = members_of(path)
    reasons = [_why_member_left_out(path, member) for member in members]
    if None in reasons:
        return None
    found = [f"{m.name[:_SHOWN]}: {why}" for m, why in zip(members, reasons, strict=True)][:_NAMED]
    why = f" ({'; '.join(found)})" if found else ""
    return InputError(f"is a zip archive without a file of posts{why}", f"Signoff reads {_KINDS}.")
