"""What Prometheus reads at ``/metrics``, and what the server reports to the workspace."""

from collections.abc import Mapping
from functools import cache

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from core.serving.counts import Counts

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
TENTHS = tuple(n / 10 for n in range(1, 11))
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Meters:
    """The counts of one server. No label holds anything that a caller wrote.

    ``counts`` is what the server reports to the workspace.
    """

    def __init__(self) -> None:
        # Of this process: as many gauges again, which nobody reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.counts = Counts()
        self._registry = CollectorRegistry()
        mine = self._registry
        self._requests = Counter(
            "signoff_requests", "Requests answered.", ("route", "status"), registry=mine
        )
        self._seconds = Histogram(
            "signoff_request_seconds",
            "Seconds until the answer was sent.",
            ("route",),
            buckets=SECONDS,
            registry=mine,
        )
        self._predictions = Counter(
            "signoff_predictions",
            "Posts answered.",
            ("version", "served_as"),
            registry=mine,
        )
        self._errors = Counter(
            "signoff_prediction_errors",
            "Requests that a version could not answer.",
            ("version",),
            registry=mine,
        )
        self._p_at_1 = Histogram(
            "signoff_p_at_1",
            "Probability of the first suggestion.",
            ("version",),
            buckets=TENTHS,
            registry=mine,
        )
        self._refused = Counter(
            "signoff_refused_tokens", "Requests with a token that is not valid.", registry=mine
        )
        self._unkept = Counter(
            "signoff_unkept",
            "Posts answered but not stored.",
            ("source",),
            registry=mine,
        )
        self._serving = Gauge(
            "signoff_serving",
            "1 for each version that is loaded.",
            ("name", "version"),
            registry=mine,
        )
        self._held: set[tuple[str, str]] = set()
        self._alarms = Gauge(
            "signoff_alarms", "Number of alarms. GET /readyz lists them.", registry=mine
        )
        # Looking up by labels takes longer than counting.
        self._of_route = cache(
            lambda route, status: (
                self._requests.labels(route, str(status)),
                self._seconds.labels(route),
            )
        )
        self._of_version = cache(
            lambda version, served_as: (
                self._predictions.labels(version, served_as),
                self._p_at_1.labels(version),
            )
        )

    def request(self, route: str, status: int, seconds: float) -> None:
        counter, histogram = self._of_route(route, status)
        counter.inc()
        histogram.observe(seconds)

    def answered(self, version: str, served_as: str, p_at_1: list[float]) -> None:
        """A version answered a request of this number of posts."""
        counter, histogram = self._of_version(version, served_as)
        counter.inc(len(p_at_1))
        for p in p_at_1:
            histogram.observe(p)
        self.counts.answered(version)

    def failed(self, version: str) -> None:
        """A version could not answer a request."""
        self._errors.labels(version).inc()
        self.counts.failed(version)

    def refused_token(self) -> None:
        """A token was not good."""
        self._refused.inc()

    def unkept(self, source: str, posts: int) -> None:
        self._unkept.labels(source).inc(posts)

    def state(self, serving: Mapping[str, str], alarms: int) -> None:
        """What is held loaded now. A concurrent reader finds what stays."""
        held = set(serving.items())
        for pair in held - self._held:
            self._serving.labels(*pair).set(1)
        for pair in self._held - held:
            self._serving.remove(*pair)
        self._held = held
        self._alarms.set(alarms)

    def exposition(self) -> bytes:
        return generate_latest(self._registry)
