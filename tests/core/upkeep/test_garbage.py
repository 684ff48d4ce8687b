"""What nothing needs goes; whatever a run has stored, or stores meanwhile, stays."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import ConflictError
from core.executions import Run, record
from core.snapshots import files
from core.store import Store, open_store
from core.store.artifacts import Artifacts
from core.store.inventory import inventory
from core.upkeep import garbage
from core.upkeep.garbage import Amount, Collected, collect
from tests.properties import examples
from tests.workspaces import copied

DAYS = timedelta(days=2).total_seconds()
CONTENTS = [b"one", b"two", b"three"]
DIGESTS = {hashlib.sha256(content).hexdigest() for content in CONTENTS}


def age(*paths: Path) -> None:
    """As if two days had passed."""
    for path in paths:
        at = path.stat().st_mtime - DAYS
        os.utime(path, (at, at))


class Team:
    """Some runs of one workspace, which take turns."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.going: list[tuple[ExitStack, Run, set[str]]] = []
        self.named: set[str] = set()
        self.new: set[str] = set()
        """Stored, named or not, since days last passed."""

    def begin(self, _: int) -> None:
        stack = ExitStack()
        run = stack.enter_context(record(self.store, "train", params={}, inputs={}))
        self.going.append((stack, run, set()))

    def put(self, which: int) -> None:
        digest = self.store.artifacts.put_bytes(CONTENTS[which])
        self.new.add(digest)
        for _, _, stored in self.going[-1:]:
            stored.add(digest)

    def end(self, which: int) -> None:
        """The oldest run, which names what it stored unless it was for nothing."""
        for stack, run, stored in self.going[:1]:
            if which:
                run.outputs = dict(zip(map(str, range(9)), sorted(stored), strict=False))
                self.named |= stored
            stack.close()
        del self.going[:1]

    def days_pass(self, _: int) -> None:
        self.new.clear()
        age(*self.store.artifacts.root.glob("??/*"), *self.store.presence.folder.glob("*"))

    def collect(self, _: int) -> None:
        needed = self.named.union(self.new, *(stored for _, _, stored in self.going))
        collect(self.store)
        there = inventory(self.store.artifacts.root).keys()
        assert needed <= there
        if not self.going:
            assert there & DIGESTS <= needed


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    return Artifacts(tmp_path / "artifacts")


ACTS = st.tuples(
    st.sampled_from([Team.begin, Team.put, Team.put, Team.end, Team.days_pass, Team.collect]),
    st.integers(0, len(CONTENTS) - 1),
)


@given(acts=st.lists(ACTS, min_size=4, max_size=12))
@example(  # stored again by a run that goes on, when it was old already
    acts=[(Team.put, 0), (Team.days_pass, 0), (Team.begin, 0), (Team.put, 0), (Team.days_pass, 0)]
)
@settings(max_examples=examples(40))
def test_whatever_runs_do_meanwhile_what_they_stored_stays_and_the_rest_goes(
    empty: Path,
    tmp_path_factory: pytest.TempPathFactory,
    acts: list[tuple[Callable[[Team, int], None], int]],
) -> None:
    with opened(empty, tmp_path_factory.mktemp("team")) as store:
        team = Team(store)
        for act, which in [*acts, (Team.collect, 0)]:
            act(team, which)
        while team.going:
            team.end(1)
        team.collect(0)


@contextmanager
def opened(empty: Path, folder: Path) -> Iterator[Store]:
    store = open_store(copied(empty, folder / "workspace"))
    yield store
    store.engine.dispose()


def test_what_is_stored_again_while_it_is_removed_is_there_afterwards(
    artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = artifacts.put_bytes(b"one")
    age(artifacts.place(digest))
    again = Thread(target=artifacts.put_bytes, args=(b"one",))
    unlink = Path.unlink

    def slowly(path: Path) -> None:
        again.start()
        again.join(0.2)  # it has to wait: without a lock, it would be done, and then undone
        unlink(path)

    monkeypatch.setattr(Path, "unlink", slowly)
    assert artifacts.remove_unless_new(digest, before=time.time() - 60) == 3
    again.join()
    assert artifacts.read(digest) == b"one"
    assert artifacts.remove_unless_new(digest, before=time.time() - 60) is None


def test_cut_off_anywhere_the_next_goes_on_and_only_one_is_at_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content in CONTENTS:
        age(store.artifacts.place(store.artifacts.put_bytes(content)))
    (store.artifacts.root / "tmp-killed").mkdir()
    would = collect(store, dry_run=True)
    assert (would.artifacts, would.left_behind.count) == (Amount(3, 11), 1)

    def cut_off(step: str, done: float, total: float | None) -> None:
        if done:
            with pytest.raises(ConflictError):
                collect(store)
            raise KeyboardInterrupt

    monkeypatch.setattr(garbage, "_EVERY", 1)
    with pytest.raises(KeyboardInterrupt):
        collect(store, progress=cut_off)
    made = collect(store)
    assert (made.artifacts.count, made.left_behind.count) == (2, 1)
    assert not inventory(store.artifacts.root)
    assert collect(store) == Collected(
        artifacts=Amount(), spared=Amount(), posts=Amount(), waiting=0, left_behind=Amount()
    )


def test_a_file_of_posts_that_nothing_names_goes_but_not_while_a_run_reads_a_snapshot(
    store: Store,
) -> None:
    with record(store, "erase", params={}, inputs={}) as run:
        digest = files.keep(store, b"posts", run)
        assert collect(store).posts == Amount()
    with record(store, "train", params={}, inputs={"snapshot": "some"}):
        assert collect(store).waiting == 1
    assert collect(store).posts == Amount(1, 5)
    assert digest not in inventory(store.artifacts.root)
