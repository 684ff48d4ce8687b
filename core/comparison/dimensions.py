"""What posts can be sliced by: each of their attributes as a few readable values. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from core.arrays import Bools, Floats, Int16s, Ints
from core.errors import NotFoundError

GROUPS = 5
"""Numbers are cut at their quantiles into about this number of groups."""
FEW = 6
"""Up to this number of distinct numbers stay as they are."""
MOST_VALUES = 12
"""This number of the commonest texts is kept."""
RARE = 0.005
"""Texts of a smaller share of the posts are rare: they count as unknown."""
DAY = 86_400
HOURS = ("00-05 h", "06-11 h", "12-17 h", "18-23 h")
TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to part n posts.

    ``name`` and ``values`` are words that people read; the values are in their natural order and
    all different. ``codes``: each post's place in ``values``, shape (n,), -1 where its value is
    unknown or rare.
    """

    name: str
    values: tuple[str, ...]
    codes: Int16s


def dimensions(
    attributes: pd.DataFrame,
    *,
    topics: Mapping[str, str] | None = None,
    truth_names: Sequence[str] = (),
) -> list[Dimension]:
    """Everything that posts can be sliced by.

    Args:
        attributes: one row a post, any columns. Those of Reddit are known by name; any other is
            cut at its quantiles if it holds numbers or dates, else its commonest values are kept.
        topics: subreddit, lower-cased -> its topic, if there are topics.
        truth_names: subreddit of each post, shape (n,); read if there are topics.

    Returns:
        Nothing for a column that does not part the posts: one value only, or texts that are
        nearly all different.
    """
    known = [column for column in _KNOWN if column in attributes]
    dimensions = [_dimension(*_KNOWN[column], attributes[column]) for column in known]
    if topics:
        dimensions.append(_dimension(TOPIC, lambda names: _topics(names, topics), truth_names))
    taken = {dimension.name for dimension in dimensions if dimension}
    for column in attributes.columns.difference([*known, "post_id"], sort=False):
        name = f"{column} (column)" if column in taken else str(column)
        dimensions.append(_dimension(name, _any_kind, attributes[column]))
    return [dimension for dimension in dimensions if dimension is not None]


def in_slice(dimensions: Sequence[Dimension], dimension: str, value: str) -> Bools:
    """Which posts have ``value`` in ``dimension``, shape (n,).

    Raises:
        NotFoundError: no such dimension, or it has no such value.
    """
    named = {one.name: one for one in dimensions}
    if dimension not in named:
        raise NotFoundError(
            f"These posts cannot be sliced by {dimension!r}", f"Choose one of {_listed(named)}."
        )
    chosen = named[dimension]
    if value not in chosen.values:
        raise NotFoundError(
            f"{dimension} has no value {value!r}", f"Choose one of {_listed(chosen.values)}."
        )
    inside: Bools = chosen.codes == chosen.values.index(value)
    return inside


def _listed(names: Any) -> str:
    return ", ".join(names) or "none"


# A cut gives the values in order, and each post's place among them (-1: unknown).
_Cut = tuple[list[str], Ints]
_Column = Any  # a pandas Series of whatever kind


def _dimension(name: str, cut: Callable[[_Column], _Cut], column: _Column) -> Dimension | None:
    """The cut without values that no post has; None if it does not part the posts."""
    values, codes = cut(column)
    posts = np.bincount(codes + 1, minlength=len(values) + 1)[1:]
    held = np.flatnonzero(posts)
    if not len(held) or posts[held[0]] == len(codes):
        return None
    place = np.full(len(values) + 1, -1, dtype=np.int16)
    place[held] = np.arange(len(held))
    return Dimension(name, tuple(values[i] for i in held), place[codes])


def _any_kind(column: _Column) -> _Cut:
    if column.dtype == object:
        column = column.convert_dtypes()
    if pd.api.types.is_bool_dtype(column):
        return _flags(column, yes="yes", no="no")
    if pd.api.types.is_numeric_dtype(column):
        return _numbers(column)
    if pd.api.types.is_datetime64_any_dtype(column):
        return _dates(column)
    return _commonest(column)


def _floats(column: _Column) -> Floats:
    """What is not a number becomes NaN."""
    numbers: Any = pd.to_numeric(column, errors="coerce")
    values: Floats = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def _flags(column: _Column, *, yes: str, no: str) -> _Cut:
    values = _floats(column)
    return [no, yes], np.where(np.isnan(values), -1, (values != 0).astype(np.intp))


def _numbers(column: _Column, *, unit: str = "") -> _Cut:
    values = _floats(column)
    known = values[np.isfinite(values)]
    whole = bool((known == np.floor(known)).all())
    return _groups(values, _whole_numbers if whole else _decimals, whole=whole, unit=unit)


def _ages(column: _Column) -> _Cut:
    return _groups(np.floor(_floats(column)), _whole_numbers, unit=" days")


def _dates(column: _Column) -> _Cut:
    days = column.to_numpy(dtype="datetime64[D]")
    values = np.where(np.isnat(days), np.nan, days.astype(np.float64))
    return _groups(values, lambda numbers: list(numbers.astype("datetime64[D]").astype(str)))


def _hours(column: _Column) -> _Cut:
    values = _floats(column)
    known = np.isfinite(values)
    quarter = np.where(known, values, 0) % DAY // (DAY // len(HOURS))
    return list(HOURS), np.where(known, quarter.astype(np.intp), -1)


def _groups(
    values: Floats, text: Callable[[Floats], list[str]], *, whole: bool = True, unit: str = ""
) -> _Cut:
    """Groups of about equally many posts; equal numbers are never parted.

    Args:
        values: shape (n,), NaN for unknown.
        text: how numbers are written.
        whole: there is nothing between one number and the next, so groups read "4 to 9" and not
            "above 3 to 9".
    """
    known = np.isfinite(values)
    distinct, posts = np.unique(values[known], return_counts=True)
    if len(distinct) <= FEW:
        names = text(distinct)
        return [name + unit for name in names], np.where(
            known, np.searchsorted(distinct, values), -1
        )
    ends_at = np.arange(1, GROUPS) / GROUPS * posts.sum()
    cuts = np.unique(distinct[np.searchsorted(np.cumsum(posts), ends_at)])
    cuts = cuts[cuts < distinct[-1]] if cuts[0] < distinct[-1] else distinct[-2:-1]
    ends = text(cuts)
    starts = text(cuts + 1) if whole else [f"above {end}" for end in ends]
    middle = [
        end if start == end else f"{start} to {end}"
        for start, end in zip(starts, ends[1:], strict=False)
    ]
    names = [f"up to {ends[0]}", *middle, f"above {ends[-1]}"]
    return [name + unit for name in names], np.where(known, np.searchsorted(cuts, values), -1)


def _whole_numbers(numbers: Floats) -> list[str]:
    return [f"{number:,.0f}" for number in numbers]


def _decimals(numbers: Floats) -> list[str]:
    """With three significant digits, or as many more as it takes to tell them apart."""
    for digits in range(3, 17):
        names = [f"{number:,.{digits}g}" for number in numbers]
        if len(set(names)) == len(names):
            return names
    return [repr(float(number)) for number in numbers]


def _commonest(column: _Column) -> _Cut:
    """The commonest texts, commonest first; empty ones are unknown."""
    codes, texts = pd.factorize(column.where(column.notna(), "").astype(str))
    posts = np.bincount(codes, minlength=len(texts))
    enough = np.flatnonzero(posts >= max(2, RARE * len(codes)))
    ranked = sorted((-posts[i], texts[i], i) for i in enough if texts[i])[:MOST_VALUES]
    kept = [i for _, _, i in ranked]
    place = np.full(len(texts), -1)
    place[kept] = np.arange(len(kept))
    return [text for _, text, _ in ranked], place[codes]


def _domains(column: _Column) -> _Cut:
    """A self post's domain only repeats its subreddit, so it counts as unknown."""
    return _commonest(column.mask(column.str.startswith("self.").fillna(value=False)))


def _origins(column: _Column) -> _Cut:
    """However few posts users sent: those are looked at by themselves."""
    values = ["reddit", "feedback"]
    return values, column.map({name: i for i, name in enumerate(values)}).fillna(-1).to_numpy(
        np.intp
    )


def _topics(truth_names: Sequence[str], topics: Mapping[str, str]) -> _Cut:
    codes, names = pd.factorize(np.asarray(truth_names, dtype=object))
    values = sorted(set(topics.values()))
    place = {topic: i for i, topic in enumerate(values)} | {None: -1}
    by_name = np.array([place[topics.get(name.lower())] for name in names], dtype=np.intp)
    return values, by_name[codes]


_KNOWN: dict[str, tuple[str, Callable[[_Column], _Cut]]] = {
    "is_self": ("kind of post", partial(_flags, yes="self post", no="link post")),
    "title_length": ("title length", partial(_numbers, unit=" characters")),
    "subreddit_age_days": ("age of subreddit", _ages),
    "score": ("score", _numbers),
    "num_comments": ("comments", _numbers),
    "created_utc": ("hour (UTC)", _hours),
    "domain": ("domain", _domains),
    "flair": ("flair", _commonest),
    "over_18": ("audience", partial(_flags, yes="over 18", no="all ages")),
    "origin": ("origin", _origins),
}
"""Column of Reddit's posts -> the name of its dimension, and how it is cut."""
