"""Which languages posts are in, told from a random sample.

py3langid (a naive Bayes classifier on byte n-grams, Lui & Baldwin 2012) is small, quick, offline
and keeps no pickle. Half of what it says of titles of two words is wrong; so it only counts where
it is more than half sure, and how often it is not is reported too.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from core.arrays import Floats
from core.stats.shares import share_interval

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SAMPLE = 2_000
"""Posts: a share of one half is known to 2 in 100."""
SURE = 0.5
UNCLEAR = "und"
"""ISO 639-2 for undetermined; py3langid says so below :data:`SURE`."""
MOST = 1_000
"""Characters of a post that are looked at."""


@dataclass(slots=True)
class Sample:
    """A simple random sample of posts that come one after the other: each gets a random number,
    and those with the smallest stay.
    """

    size: int = SAMPLE
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    _keys: Floats = field(default_factory=lambda: np.zeros(0))
    _texts: list[str] = field(default_factory=list)

    def take(self, texts: Sequence[str]) -> None:
        """Offer some more."""
        keys = self.rng.random(len(texts))
        most = self._keys.max() if len(self._keys) == self.size else 1.0
        low = np.flatnonzero(keys < most)
        every = np.concatenate([self._keys, keys[low]])
        offered = [*self._texts, *(texts[place][:MOST] for place in low.tolist())]
        kept = np.argsort(every, kind="stable")[: self.size]
        self._keys, self._texts = every[kept], [offered[place] for place in kept.tolist()]

    @property
    def texts(self) -> list[str]:
        return list(self._texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageShare:
    """How many of the sampled posts are in one language."""

    language: str
    """ISO 639-1, else 639-3."""
    posts: int
    share: float
    """Of the posts whose language is clear."""
    interval: tuple[float, float]
    """The exact 95% interval of the share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """The languages of a random sample of posts."""

    sample: int
    """Posts looked at."""
    unclear: int
    """Of them, the ones that are too short to detect a language."""
    found: tuple[LanguageShare, ...]
    """The commonest first."""

    @property
    def clear(self) -> int:
        """Posts whose language is clear."""
        return self.sample - self.unclear


def languages(texts: Sequence[str]) -> Languages:
    """How many texts are in which language."""
    counts = Counter(_identified(texts))
    unclear = counts.pop(UNCLEAR, 0)
    clear = counts.total()
    return Languages(
        sample=len(texts),
        unclear=unclear,
        found=tuple(
            LanguageShare(
                language=language,
                posts=posts,
                share=posts / clear,
                interval=share_interval(posts, clear),
            )
            for language, posts in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ),
    )


def _identified(texts: Sequence[str]) -> list[str]:
    if not texts:
        return []
    identifier = _identifier()
    return [identifier.classify(text)[0] for text in texts]


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # takes a second

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True, min_confidence=SURE)
