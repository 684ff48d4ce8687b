"""Looks at the texts of a sealed test that were taken elsewhere, whichever snapshot they are in.

If the same posts are frozen again, under new ids and with later times, they are the same test. If a
model is evaluated where another snapshot holds these posts openly, somebody has looked at them
without opening anything. What two snapshots share is told by their fingerprints, see
:mod:`core.snapshots.fingerprints`.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from core.snapshots.holding import MOST_SHARED, holding
from core.store import shared_texts, snapshots
from core.store.shared_texts import SharedTexts


@dataclass(frozen=True, slots=True)
class Looks:
    """Looks at the texts of one sealed test through other snapshots.

    ``tests``: digests of the snapshots whose sealed tests hold its texts: their openings count.
    ``in_the_open``: models that were evaluated on open splits that hold its texts.
    """

    tests: frozenset[str] = frozenset()
    in_the_open: int = 0


NO_LOOKS = Looks()


@dataclass(frozen=True, slots=True)
class AllLooks:
    """The same of every snapshot, read once.

    ``pairs``: snapshot -> what each other one holds of its sealed test. ``fingerprinted``:
    snapshots that were compared with all that could be read. ``evaluated``: snapshot and split ->
    training executions.
    """

    pairs: dict[str, list[SharedTexts]] = field(default_factory=dict)
    fingerprinted: frozenset[str] = frozenset()
    snapshots: frozenset[str] = frozenset()
    evaluated: dict[tuple[str, str], set[int]] = field(default_factory=dict)

    def at(self, snapshot: str) -> Looks:
        """The looks at the sealed test of a snapshot, by its digest.

        What it shares with a snapshot whose fingerprints no key opens is unknown: its openings
        count, or removing the key would give a new test.
        """
        pairs = self.pairs.get(snapshot, [])
        tests = {pair.holder for pair in pairs if pair.test > MOST_SHARED}
        unknown = self.snapshots - {pair.holder for pair in pairs} - {snapshot}
        if snapshot not in self.fingerprinted:
            unknown = frozenset()  # it was frozen before there were fingerprints
        models: set[int] = set()
        for pair in pairs:
            for split in holding(pair):
                models |= self.evaluated.get((pair.holder, split), set())
        return Looks(frozenset(tests | unknown), len(models))


def all_looks(session: Session) -> AllLooks:
    """What is known of every snapshot."""
    pairs: dict[str, list[SharedTexts]] = defaultdict(list)
    for pair in shared_texts.pairs(session):
        pairs[pair.snapshot].append(pair)
    models: dict[tuple[str, str], set[int]] = defaultdict(set)
    for snapshot, split, model in shared_texts.evaluated(session):
        models[snapshot, split].add(model)
    compared = frozenset(shared_texts.fingerprints(session))
    every = frozenset(each.digest for each in snapshots.listing(session))
    return AllLooks(dict(pairs), compared, every, dict(models))
