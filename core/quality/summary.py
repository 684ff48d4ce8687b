"""From the numbers of all posts to what is stored: one row a subreddit, a day, a gap. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from core.arrays import Bools, Floats, Int32s, Int64s
from core.quality.languages import Languages
from core.quality.measure import NO_TEXT, Measured, SameText, same_text
from core.stats.gaps import find_gaps

DAY = 86_400
WORD_EDGES = (0, 1, 2, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 256, 512, 1024, 1 << 31)
"""Of the bins of the histogram of words, each edge in the bin that it begins."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Quantiles by their level, which is one of :data:`QUANTILES`, as text: ``"0.5"``."""

    quantiles: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordCounts:
    """Posts by their number of words: a histogram and its quantiles."""

    edges: tuple[int, ...]
    """Of the bins, one more than ``counts``; each edge is in the bin that it begins."""
    counts: tuple[int, ...]
    quantiles: Mapping[str, float]
    """See :class:`Spread`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualitySummary:
    """Figures of all posts. What is not said otherwise counts posts."""

    posts: int
    subreddits: int
    """Subreddits with posts."""
    first_utc: int
    """Epoch seconds of the oldest post."""
    last_utc: int
    no_text: int
    """Normalising leaves no text."""
    repeats: int
    """An earlier post of the same subreddit has the same text."""
    elsewhere: int
    """A post of another subreddit has the same text."""
    crossposts: int
    title_only: int
    over_18: int
    generated: int
    same_text: int
    """A repeat, elsewhere, or both."""
    nameable: int
    """Named right at best by text alone: :class:`core.quality.measure.SameText`."""
    gaps: int
    """Gaps of all subreddits together."""
    gap_days: int
    """Days in these gaps."""
    expected_in_gaps: int
    """Posts that are missing there."""
    erased: int
    """Posts that were here and were erased; ``posts`` does not count them."""
    sealed: int = 0
    """Sealed in the store: nothing is known of their texts, and no figure of texts counts them."""
    words: WordCounts
    score: Spread
    languages: Languages

    def counts(self) -> dict[str, int]:
        """All figures that are one whole number, by their names."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, int)}


@dataclass(frozen=True, slots=True)
class Quality:
    """What a check finds.

    ``summary``: figures of all posts. ``subreddits``: one row each, most
    posts first. ``days``: ``subreddit``, ``day`` (days since the epoch, UTC), ``posts``; only days
    with posts. ``per_day``: ``day``, ``posts`` of all subreddits, likewise. ``gaps``: one row each,
    most posts missing first.
    """

    summary: QualitySummary
    subreddits: pd.DataFrame
    days: pd.DataFrame
    per_day: pd.DataFrame
    gaps: pd.DataFrame


def summarise(
    measured: Measured,
    *,
    names: Mapping[int, str],
    erased: Mapping[int, int],
    languages: Languages,
) -> Quality:
    """Everything that is stored, from the numbers of all posts.

    Args:
        names: of the subreddits, by id; those of all posts at least.
        erased: posts that were erased, by the id of their subreddit.
        languages: as :func:`core.quality.languages.languages` gives them.
    """
    same = same_text(measured)
    days = _days(measured)
    gaps = _gaps(days)
    subreddits = _subreddits(measured, same, gaps, names=names, erased=erased)
    summed = {
        name: int(subreddits[name].sum())
        for name in ("no_text", "repeats", "elsewhere", "crossposts", "title_only", "over_18")
    }
    summary = QualitySummary(
        posts=len(measured),
        subreddits=int(np.count_nonzero(subreddits["posts"])),
        first_utc=int(measured.created.min()),
        last_utc=int(measured.created.max()),
        **summed,
        generated=int(subreddits["generated"].sum()),
        same_text=int(np.count_nonzero(same.repeat | same.elsewhere)),
        nameable=same.nameable,
        gaps=len(gaps),
        gap_days=int(gaps["days"].sum()),
        expected_in_gaps=round(float(gaps["expected"].sum())),
        erased=sum(erased.values()),
        sealed=int(np.count_nonzero(measured.sealed)),
        words=_word_counts(measured.words[~measured.sealed]),
        score=Spread(quantiles=_quantiles(measured.score)),
        languages=languages,
    )
    per_day = days.groupby("day")["posts"].sum().reset_index()
    return Quality(
        summary=summary,
        subreddits=subreddits,
        days=_named(days, names),
        per_day=per_day,
        gaps=_named(gaps, names),
    )


def _days(measured: Measured) -> pd.DataFrame:
    """Posts of each subreddit (its id) and day, by subreddit, then by day."""
    day = measured.created // DAY
    first, width = int(day.min()), int(day.max() - day.min()) + 1
    # One number for each pair: sorting it is several times as quick as sorting pairs.
    pair, posts = np.unique(
        measured.subreddit.astype(np.int64) * width + (day - first), return_counts=True
    )
    return pd.DataFrame(
        {
            "subreddit": (pair // width).astype(np.int32),
            "day": (pair % width + first).astype(np.int32),
            "posts": posts.astype(np.int32),
        }
    )


def _gaps(days: pd.DataFrame) -> pd.DataFrame:
    """The gaps of all subreddits: ``subreddit`` (id), ``day`` (the first), ``days``, ``expected``
    posts, ``p_value``.
    """
    day, posts = days["day"].to_numpy(np.int64), days["posts"].to_numpy(np.int64)
    ids, starts = np.unique(days["subreddit"].to_numpy(), return_index=True)
    ends = np.append(starts[1:], len(days))
    looked_at = int((day[ends - 1] - day[starts] + 1).sum())
    parts = [
        pd.DataFrame(
            columns=["subreddit", "day", "days", "expected", "p_value"], dtype=np.float64
        ).astype({"subreddit": np.int32, "day": np.int32, "days": np.int32})
    ]
    for subreddit, start, end in zip(ids, starts, ends, strict=True):
        counts = np.zeros(day[end - 1] - day[start] + 1, dtype=np.int64)
        counts[day[start:end] - day[start]] = posts[start:end]
        gaps = find_gaps(counts, looked_at=looked_at)
        if len(gaps.start):
            values = {
                "subreddit": np.full(len(gaps.start), subreddit, dtype=np.int32),
                "day": (gaps.start + day[start]).astype(np.int32),
                "days": gaps.days.astype(np.int32),
                "expected": gaps.expected,
                "p_value": gaps.p_value,
            }
            parts.append(pd.DataFrame(values))
    found_gaps = pd.concat(parts[1:] or parts, ignore_index=True)
    return found_gaps.sort_values(["expected", "day"], ascending=[False, True], ignore_index=True)


def _subreddits(
    measured: Measured,
    same: SameText,
    gaps: pd.DataFrame,
    *,
    names: Mapping[int, str],
    erased: Mapping[int, int],
) -> pd.DataFrame:
    """One row for each subreddit with posts; counts, but for the times and medians."""
    ids, place, posts = np.unique(measured.subreddit, return_inverse=True, return_counts=True)

    def counted(which: Bools) -> Int64s:
        return np.bincount(place[which], minlength=len(ids))

    readable = ~measured.sealed
    first, last = np.full(len(ids), 2**62), np.full(len(ids), -(2**62))
    np.minimum.at(first, place, measured.created)
    np.maximum.at(last, place, measured.created)
    of_gaps = np.searchsorted(ids, gaps["subreddit"].to_numpy())
    frame = pd.DataFrame(
        {
            "subreddit": [names[id_] for id_ in ids.tolist()],
            "posts": posts,
            "first_utc": first,
            "last_utc": last,
            "per_day": posts / (last // DAY - first // DAY + 1),
            "gaps": np.bincount(of_gaps, minlength=len(ids)),
            "gap_days": np.bincount(
                of_gaps, weights=gaps["days"].to_numpy(np.float64), minlength=len(ids)
            ).astype(np.int64),
            "no_text": counted((measured.text == NO_TEXT) & ~measured.sealed),
            "repeats": counted(same.repeat),
            "elsewhere": counted(same.elsewhere),
            "crossposts": counted(measured.crosspost),
            "title_only": counted(measured.title_only),
            "over_18": counted(measured.over_18),
            "generated": counted(measured.generated),
            "erased": [erased.get(id_, 0) for id_ in ids.tolist()],
            "words_median": _medians(measured.words[readable], place[readable], len(ids)),
            "score_median": _medians(measured.score, place, len(ids)),
        }
    )
    return frame.sort_values(["posts", "subreddit"], ascending=[False, True], ignore_index=True)


def _medians(values: Int32s, place: Int64s, subreddits: int) -> Floats:
    """The median of each subreddit's values; 0 of one without any."""
    posts = np.bincount(place, minlength=subreddits)
    ordered = values[np.lexsort((values, place))]
    some = np.flatnonzero(posts)
    starts, posts = (np.cumsum(posts) - posts)[some], posts[some]
    low, high = ordered[starts + (posts - 1) // 2], ordered[starts + posts // 2]
    medians: Floats = np.zeros(subreddits)
    medians[some] = (low.astype(np.float64) + high) / 2
    return medians


def _word_counts(words: Int32s) -> WordCounts:
    counts, _ = np.histogram(words, bins=np.array(WORD_EDGES, dtype=np.float64))
    return WordCounts(edges=WORD_EDGES, counts=tuple(counts.tolist()), quantiles=_quantiles(words))


def _quantiles(values: Int32s) -> dict[str, float]:
    levels = map(str, QUANTILES)
    quantiles = np.quantile(values, QUANTILES) if len(values) else np.zeros(len(QUANTILES))
    return dict(zip(levels, quantiles.tolist(), strict=True))


def _named(frame: pd.DataFrame, names: Mapping[int, str]) -> pd.DataFrame:
    """The same with names in place of ids, each written once."""
    ids = frame["subreddit"].to_numpy()
    kept, codes = np.unique(ids, return_inverse=True)
    written = pd.Index([names[id_] for id_ in kept.tolist()], dtype=object)
    return frame.assign(subreddit=pd.Categorical.from_codes(codes, categories=written))
