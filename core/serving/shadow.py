"""How far a shadow agrees with what users got."""

from dataclasses import dataclass

from core.release import aliases
from core.release.events import PRODUCTION
from core.serving.pool import SHADOW
from core.stats.shares import share_interval
from core.store import Store
from core.store import serving as serving_table
from core.store.serving import Twins

MOST = 20_000
"""Texts that are looked at, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """``version`` is the shadow, ``production`` what it is held against; ``twins`` None: nothing
    was asked of both yet.
    """

    version: str
    production: str
    twins: Twins | None

    @property
    def share(self) -> float | None:
        """Of the texts, those for which both suggest the same first subreddit."""
        return self.twins.same / self.twins.texts if self.twins else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its exact 95% interval."""
        return share_interval(self.twins.same, self.twins.texts) if self.twins else None


def agreement(store: Store) -> Agreement | None:
    """Of the shadow that is on; None where there is none, or it is production itself."""
    names = aliases.current(store)
    shadow, production = names.get(SHADOW), names.get(PRODUCTION)
    if shadow is None or production is None or shadow == production:
        return None
    with store.read() as session:
        twins = serving_table.twins(session, shadow, production, most=MOST)
    return Agreement(version=shadow, production=production, twins=twins)
