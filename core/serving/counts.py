"""How often versions were asked, and how often they could not answer."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime

from core.store.serving import Count

Counted = Mapping[tuple[str, datetime], Count]
"""Requests by version and minute."""


class Counts:
    """Of one server, since it was last told. Safe to use from several threads."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, datetime], Count] = {}
        self._lock = threading.Lock()

    def answered(self, version: str) -> None:
        """A version answered a request."""
        self._add(version, Count(1, 0))

    def failed(self, version: str) -> None:
        """A version could not answer a request."""
        self._add(version, Count(1, 1))

    def drain(self) -> Counted:
        """All, since this was last asked."""
        with self._lock:
            drained, self._counts = self._counts, {}
        return drained

    def give_back(self, counts: Counted) -> None:
        """What was drained and could not be reported."""
        with self._lock:
            for key, count in counts.items():
                self._counts[key] = self._counts.get(key, Count()) + count

    def _add(self, version: str, count: Count) -> None:
        minute = datetime.now(UTC).replace(second=0, microsecond=0)
        self.give_back({(version, minute): count})
