"""How much one caller may ask for: the API and the public page count alike."""

import time
from collections import Counter
from collections.abc import Callable
from threading import Lock

MINUTE, DAY = 60.0, 86_400.0


class Allowance:
    """At most ``most`` of something from each caller in each span of ``seconds``.

    The first request begins a span, and all counts end together, so that none is kept of a caller
    who has stopped asking, and counting takes as long with many callers as with one. (``limits``
    looks at each of them at each request: 1.5 ms at 10,000 callers.) Threads may share one.
    """

    def __init__(
        self, most: int, *, seconds: float = MINUTE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.most, self._seconds, self._clock = most, seconds, clock
        self._taken: Counter[str] = Counter()
        self._ends = 0.0
        self._lock = Lock()

    @property
    def callers(self) -> int:
        """How many have asked in this span."""
        return len(self._taken)

    def take(self, name: str, number: int = 1) -> float:
        """Count what a caller asks for.

        Returns:
            0, or the seconds until the caller may ask again, if it would be too much. What is
            refused does not count.
        """
        with self._lock:
            now = self._clock()
            if now >= self._ends:
                self._taken.clear()
                self._ends = now + self._seconds
            if self._taken[name] + number > self.most:
                return self._ends - now
            self._taken[name] += number
            return 0.0
