"""Topic groups of subreddits: from a file that people edit, or from what a model confuses.

Pure but for reading and writing the file.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tomlkit

from core.arrays import Floats, Ints, Places
from core.errors import InputError, RefusedError
from core.settings import settings
from core.store.artifacts import storage_errors

FILE = "topics.toml"
OTHER = "other"
MOST_GROUPS = 40
FEWEST_CONFUSIONS = 5
"""A subreddit that is confused with others less often stands alone: that is too little to go by."""
LARGEST = 0.5
"""Groups are made smaller while one holds a larger share of the subreddits."""

_EXAMPLE = 'Write one line a group, such as politics = ["politics", "ukpolitics"]'


def topics_file(home: Path) -> Path:
    """Where the groups lie of the workspace ``home``, if somebody wrote any."""
    return settings().written(home, FILE)


def read_topics(path: Path) -> dict[str, str] | None:
    """Subreddit, lower-cased -> its topic; None where there is no file.

    The file is TOML, one line a group: ``politics = ["politics", "ukpolitics"]``. A subreddit may
    be written as ``r/politics`` too.

    Raises:
        InputError: it cannot be read, is not TOML or not of this shape, or a subreddit is in two
            groups.
    """
    if not path.exists():
        return None
    try:
        groups = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not valid TOML: {error}", f"{_EXAMPLE}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}", "Save it as text in UTF-8.") from None
    topics: dict[str, str] = {}
    for topic, subreddits in groups.items():
        for key in _keys(path, topic, subreddits):
            if topics.setdefault(key, topic) != topic:
                raise InputError(
                    f"{path}: {key!r} is in two groups, {topics[key]!r} and {topic!r}",
                    "Leave it in one of them.",
                )
    return topics


def to_toml(groups: Mapping[str, Iterable[str]]) -> str:
    """The file that :func:`read_topics` reads: one line a group, all sorted by name."""
    document = tomlkit.document()
    for topic in sorted(groups, key=_without_case):
        document[topic] = sorted(groups[topic], key=_without_case)
    return tomlkit.dumps(document)


def write_topics(path: Path, groups: Mapping[str, Iterable[str]]) -> None:
    """Write the file for the first time.

    Raises:
        RefusedError: it is there already.
        StorageError: the disk refuses.
    """
    with storage_errors(path):
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(to_toml(groups))
        except FileExistsError:
            raise RefusedError(f"{path} already exists", "Edit it, or remove it first.") from None


def group_by_confusion(truth: Ints, predicted: Ints, names: Sequence[str]) -> dict[str, list[str]]:
    """Topic groups of subreddits that a model takes for each other.

    Spectral clustering (Ng, Jordan & Weiss 2002) with Ward's method for the last step: subreddits
    are near that are confused often, for their size, in either direction. The groups depend on
    nothing but the confusions: neither on chance nor on the order of ``names``.

    Args:
        truth, predicted: labels as places in ``names``, shape (n,); -1 for no prediction.

    Returns:
        Topic -> its subreddits, the largest first, most posts first. A topic is named after its
        largest subreddits. Those that are hardly confused with any other come last, as
        :data:`OTHER`.
    """
    order = np.argsort(np.array(names, dtype=object))
    place = np.append(np.argsort(order), -1)
    truth, predicted = place[truth], place[predicted]
    posts = np.bincount(truth, minlength=len(names))
    group = _clusters(truth, predicted, len(names))
    members: dict[int, list[str]] = {}
    for label in np.lexsort((np.arange(len(names)), -posts)):
        members.setdefault(int(group[label]), []).append(names[order[label]])
    alone = members.pop(-1, [])
    by_size = sorted(members.values(), key=lambda subreddits: (-len(subreddits), subreddits))
    groups = {_title(subreddits): subreddits for subreddits in by_size}
    return groups | ({OTHER: alone} if alone else {})


def _keys(path: Path, topic: str, subreddits: Any) -> list[str]:
    """The subreddits of one entry as they are looked up."""
    if not isinstance(subreddits, list) or not all(isinstance(name, str) for name in subreddits):
        raise InputError(f"{path}: {topic!r} is not a list of subreddits", f"{_EXAMPLE}.")
    keys = [name.strip().lower().removeprefix("r/") for name in subreddits]
    if not topic.strip() or "" in keys:
        raise InputError(f"{path}: {topic!r} has a name that is empty", "Fill it in or remove it.")
    return keys


def _without_case(name: str) -> tuple[str, str]:
    return name.lower(), name


def _title(subreddits: Sequence[str]) -> str:
    first, second, *more = [f"r/{name}" for name in subreddits]
    return f"{first}, {second} and alike" if more else f"{first} and {second}"


def _clusters(truth: Ints, predicted: Ints, labels: int) -> Places:
    """The group of each label, shape (labels,); -1 for labels that belong to none."""
    from scipy.cluster import hierarchy

    confused = _confusions(truth, predicted, labels)
    group = np.full(labels, -1, dtype=np.intp)
    often = np.flatnonzero(np.asarray(confused.sum(axis=1)).ravel() >= FEWEST_CONFUSIONS)
    wanted = int(np.clip(min(1.5 * np.sqrt(len(often)), len(often) / 3), 2, MOST_GROUPS))
    if len(often) <= wanted:
        return group
    tree = hierarchy.ward(_embed(confused[often][:, often], wanted))
    for count in range(wanted, 2 * wanted):
        clusters = hierarchy.fcluster(tree, count, "maxclust")
        sizes = np.bincount(clusters)
        if sizes.max() <= LARGEST * len(often):
            break
    group[often] = np.where(sizes[clusters] > 1, clusters, -1)
    return group


def _confusions(truth: Ints, predicted: Ints, labels: int) -> Any:
    """How often each two labels are taken for each other, either way; sparse, symmetric."""
    from scipy import sparse

    wrong = (truth != predicted) & (predicted >= 0)
    where = (truth[wrong], predicted[wrong])
    one_way = sparse.coo_array((np.ones(wrong.sum()), where), shape=(labels, labels)).tocsr()
    return one_way + one_way.T


def _embed(affinity: Any, dimensions: int) -> Floats:
    """The first eigenvectors of (D+τ)^-1/2 A (D+τ)^-1/2, each row brought to length 1.

    D holds the degrees and τ their mean (Qin & Rohe 2013), so that a handful of subreddits that are
    confused with each other alone do not take an eigenvector each.
    """
    from scipy import sparse
    from scipy.sparse.linalg import eigsh

    degree = np.asarray(affinity.sum(axis=1)).ravel()
    scale = sparse.diags_array(1 / np.sqrt(degree + degree.mean()))
    rng = np.random.default_rng(0)
    start = rng.random(len(degree))
    vectors = eigsh(scale @ affinity @ scale, k=dimensions, which="LA", v0=start, rng=rng)[1]
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows: Floats = vectors / np.maximum(length, np.finfo(float).tiny)
    return rows
