"""What can happen to a candidate or an alias: a class for each kind; ``str`` says it in a sentence.

What a candidate or an alias is now follows from these, see :mod:`core.release.states`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core.audit.events import Event
from core.release.gate import GateVerdict

PRODUCTION, STAGING, CANARY = "production", "staging", "canary"
"""The aliases that have a place on the way out; a team may have others of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseEvent(Event):
    """Something that happened to a candidate, which is the number of its training execution."""

    candidate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed(ReleaseEvent):
    """``comparison``: with production on validation; None where nothing was in production."""

    kind: ClassVar[str] = "proposed"
    comment: str
    comparison: int | None

    def __str__(self) -> str:
        return f"{self.by} proposed candidate #{self.candidate}{quoted(self.comment)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commented(ReleaseEvent):
    kind: ClassVar[str] = "commented"
    comment: str

    def __str__(self) -> str:
        return f"{self.by} commented on candidate #{self.candidate}{quoted(self.comment)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(ReleaseEvent):
    """A sealed test was opened: the row of the ledger, written before a look.

    ``comment``: why. ``snapshot``: whose test. ``baseline``: what was in production then, and is
    tested with the candidate; None where nothing else was. ``policy``: by which it could be opened,
    see :attr:`core.release.policy.Policy.recorded`; None of events before policies were adopted.
    """

    kind: ClassVar[str] = "opened"
    comment: str
    snapshot: str
    baseline: int | None
    policy: str | None

    def __str__(self) -> str:
        return self.sentence({})

    def sentence(self, names: Mapping[str, str]) -> str:
        opened = f"opened {_test(self.snapshot, names)} for candidate #{self.candidate}"
        return f"{self.by} {opened}{quoted(self.comment)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOfOpening(ReleaseEvent):
    """``opening``: the number of the :class:`Opened` that it ends; the rest is as there."""

    snapshot: str
    baseline: int | None
    opening: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakedTest(EndOfOpening):
    """The opened test had leaked into the training: nothing was judged on it, and ``comment`` says
    why.
    """

    kind: ClassVar[str] = "refused"
    comment: str

    def __str__(self) -> str:
        return self.sentence({})

    def sentence(self, names: Mapping[str, str]) -> str:
        test = _test(self.snapshot, names)
        refused = f"got no result from {test} for candidate #{self.candidate}"
        return f"{self.by} {refused}{quoted(self.comment)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested(EndOfOpening):
    """The result of an opening: ``verdict`` of all gates, by an evaluation and its comparison with
    the baseline, if there was one. ``shown``: digest of all that a decision then rested on.
    ``policy``: see :class:`Opened`.
    """

    kind: ClassVar[str] = "tested"
    evaluation: int
    comparison: int | None
    verdict: GateVerdict
    shown: str
    policy: str | None

    def __str__(self) -> str:
        return self.sentence({})

    def sentence(self, names: Mapping[str, str]) -> str:
        test = _test(self.snapshot, names)
        return f"{self.by} tested candidate #{self.candidate} on {test}: {self.verdict}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved(ReleaseEvent):
    """``comparison``, ``shown``: the evidence that the reviewer saw. ``override``: why, although a
    gate failed; None where none did. ``policy``: see :class:`Opened`.
    """

    kind: ClassVar[str] = "approved"
    comment: str
    version: str
    comparison: int | None
    shown: str
    policy: str | None
    override: str | None

    def __str__(self) -> str:
        overriding = ", overriding a failed gate" if self.override else ""
        because = f" Override: “{self.override}”" if self.override else ""
        approved = f"approved candidate #{self.candidate} as {self.version}{overriding}"
        return f"{self.by} {approved}{quoted(self.comment)}{because}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected(ReleaseEvent):
    """As :class:`Approved`."""

    kind: ClassVar[str] = "rejected"
    comment: str
    comparison: int | None
    shown: str
    policy: str | None

    def __str__(self) -> str:
        return f"{self.by} rejected candidate #{self.candidate}{quoted(self.comment)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasEvent(ReleaseEvent):
    """An alias was moved. ``before``: the version that it named until then; None: none.

    ``candidate``: of the version that it names now; where it names none, of the one before.
    """

    alias: str
    before: str | None

    @property
    def after(self) -> str | None:
        """The version that the alias names now; None where it was cleared."""
        return None

    @property
    def _was(self) -> str:
        return f" (was {self.before})" if self.before else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedVersion(AliasEvent):
    """An alias was moved to a version. ``comment``: why; empty where nobody said."""

    version: str
    comment: str

    @property
    def after(self) -> str:
        return self.version

    @property
    def _because(self) -> str:
        """The reason; that there is none, where callers got another version without one."""
        if self.comment or self.alias != PRODUCTION:
            return quoted(self.comment)
        return ", no reason given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(NamedVersion):
    kind: ClassVar[str] = "released"

    def __str__(self) -> str:
        return f"{self.by} released {self.version} to {self.alias}{self._was}{self._because}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack(NamedVersion):
    """An alias went back to the version before."""

    kind: ClassVar[str] = "rolled_back"
    before: str

    def __str__(self) -> str:
        rolled = f"rolled {self.alias} back to {self.version}"
        return f"{self.by} {rolled}{self._was}{self._because}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CanarySet(NamedVersion):
    """A share of the callers was given a version; a share of 0 ends it."""

    kind: ClassVar[str] = "canary"
    share: float

    def __str__(self) -> str:
        gave = f"gave {self.version} {self.share:.0%} of callers"
        done = gave if self.share else f"ended the canary of {self.version}"
        return f"{self.by} {done}{quoted(self.comment)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared(AliasEvent):
    """An alias names nothing any more."""

    kind: ClassVar[str] = "cleared"
    before: str

    def __str__(self) -> str:
        return f"{self.by} cleared {self.alias}{self._was}"


KINDS: tuple[type[ReleaseEvent], ...] = (
    Proposed,
    Commented,
    Opened,
    LeakedTest,
    Tested,
    Approved,
    Rejected,
    Released,
    RolledBack,
    CanarySet,
    Cleared,
)


def quoted(comment: str) -> str:
    """A comment as it follows a sentence; nothing for an empty one."""
    return f": “{comment}”" if comment else ""


def _test(snapshot: str, names: Mapping[str, str]) -> str:
    return f"the sealed test of {names.get(snapshot, snapshot[:12])}"
