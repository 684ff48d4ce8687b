"""Killed at every step of opening, approving and releasing, and what breaks in between.

After each kill the workspace is in a state of the table of states, the log is whole, and no look
at a test is unrecorded.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core import audit
from core.comparison import compare as comparing
from core.errors import ConflictError, CorruptArtifactError, SignoffError, WrongKeyError
from core.executions import listing as runs
from core.release import aliases, candidates, openings, review
from core.release.openings import open_test
from core.snapshots import find
from core.store import Store, models, open_store
from core.store.artifacts import file_digest
from core.training.train import of_execution as model_of
from tests.core.release.conftest import Ready
from tests.decisions import budget_of
from tests.factories import by
from tests.faults import Work, parts
from tests.workspaces import copied, overwrite

PARTS = 8
"""Each test tries every eighth step, so that they can run at the same time."""


def open_it(store: Store) -> None:
    with by("ada"):
        open_test(store, 5, reason="it is time")


def approve_it(store: Store) -> None:
    with by("bob"):
        review.approve(store, 5, comment="fine")


OPENING = Work(
    open_it,
    calls=[
        (openings, "unseal"),
        (openings, "find_leakage"),
        (openings, "evaluate_unsealed"),
        (comparing, "compare"),
        (openings, "judge_by"),
    ],
)
APPROVING = Work(approve_it)


def kinds(store: Store, number: int = 5) -> list[str]:
    return [event.kind for event in candidates.get(store, number).events]


def used(store: Store) -> int:
    return budget_of(store, "small").used


def assert_sound(store: Store, *, broken: str = "interrupted") -> None:
    """What holds after every kill, wherever it was. ``broken``: what became of the run."""
    with store.read() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        looked = models.evaluations(session, model_executions=[5], split="test")
    assert audit.verify(store).broken is None  # also holds aliases to their last events
    assert {run.status for run in runs(store)} <= {"succeeded", broken}
    for path in store.artifacts.root.glob("??/*"):
        assert file_digest(path) == path.name  # no half file goes by a digest
    if looked:
        assert "opened" in kinds(store)
    for candidate in candidates.listing(store):
        rows = [event.id for event in candidate.events if event.kind == "opened"]
        results = [event.opening for event in candidate.events if event.kind == "tested"]
        assert set(results) <= set(rows)
        assert len(results) == len(set(results))


def assert_resumed(store: Store, shown: str, *, broken: str = "interrupted") -> None:
    """The opening is unfinished, counts, blocks the decision, and ends as if nothing had been."""
    assert candidates.get(store, 5).state == "proposed"
    assert [each.state for each in openings.listing(store)] == ["unfinished", "finished"]
    assert used(store) == 2
    with by("bob"), pytest.raises(ConflictError, match="was interrupted"):
        review.approve(store, 5, comment="fine")
    with by("cy"):
        found = open_test(store, 5, reason="")
    assert found.result is not None
    assert (found.result.shown, found.state) == (shown, "tested")
    assert kinds(store) == ["proposed", "opened", "tested"]
    assert used(store) == 2
    assert_sound(store, broken=broken)


@parts(PARTS)
def test_killed_at_any_step_of_an_opening_it_is_recorded_and_can_be_finished(
    ready: Ready, tmp_path: Path, part: int
) -> None:
    moment = part
    while True:
        moment += 1 if moment == part else PARTS
        home = copied(ready.proposed, tmp_path / str(moment))
        killed = OPENING.killed(home, tmp_path / "told", at=moment)
        begun = (tmp_path / "told").read_text().splitlines()
        store = open_store(home)
        assert_sound(store)
        happened = kinds(store)
        if "unseal" in begun:
            assert "opened" in happened, begun  # never an unrecorded look
        if happened == ["proposed"]:
            assert used(store) == 1
        elif happened == ["proposed", "opened"]:
            assert_resumed(store, ready.shown)
        else:
            assert happened == ["proposed", "opened", "tested"], begun
            assert candidates.get(store, 5).result.shown == ready.shown  # type: ignore[union-attr]
        store.engine.dispose()
        shutil.rmtree(home)
        if not killed:
            break


def test_the_steps_of_an_opening_are_those_that_are_tried(ready: Ready, tmp_path: Path) -> None:
    steps = OPENING.steps(copied(ready.proposed, tmp_path / "w"), tmp_path / "told")
    row, read, result = (
        steps.index("INSERT INTO release_events"),
        steps.index("unseal"),
        len(steps) - steps[::-1].index("INSERT INTO release_events"),
    )
    assert steps[row:read] == [
        *("INSERT INTO release_events", "INSERT INTO audit", "COMMIT"),
        *[step for step in steps[row:read] if step.startswith("os.")],
        *("INSERT INTO executions", "COMMIT"),
    ]
    for step in (
        *("find_leakage", "evaluate_unsealed", "compare", "judge_by", "os.rename", "os.remove"),
        *("INSERT INTO evaluations", "INSERT INTO comparisons", "UPDATE executions"),
    ):
        assert step in steps[read:result], step
    assert steps[result:][:3] == ["INSERT INTO audit", "UPDATE executions", "COMMIT"]


@pytest.mark.slow
def test_an_opening_that_is_cut_off_again_and_again_is_finished_at_last(
    ready: Ready, tmp_path: Path
) -> None:
    home = copied(ready.proposed, tmp_path / "w")
    for step in ("unseal", "evaluate_unsealed", "compare", "judge_by", "unseal"):
        steps = OPENING.steps(copied(home, tmp_path / "probe"), tmp_path / "told")
        shutil.rmtree(tmp_path / "probe")
        assert OPENING.killed(home, tmp_path / "told", at=steps.index(step) + 1)
    store = open_store(home)
    assert_sound(store)
    assert_resumed(store, ready.shown)
    store.engine.dispose()


def each_kill(work: Work, ready: Path, folder: Path) -> Iterator[tuple[Store, bool]]:
    """The workspace after a kill at the first step, at the second, …; and after none."""
    killed, moment = True, 0
    while killed:
        moment += 1
        home = copied(ready, folder / str(moment))
        killed = work.killed(home, folder / "told", at=moment)
        store = open_store(home)
        assert_sound(store)
        yield store, killed
        store.engine.dispose()
    assert moment > 3


@pytest.mark.slow
def test_killed_at_any_step_an_approval_is_whole_or_not_there(ready: Ready, tmp_path: Path) -> None:
    for store, killed in each_kill(APPROVING, ready.tested, tmp_path):
        found = candidates.get(store, 5)
        made = [version.version for version in aliases.versions(store)]
        if killed:
            assert (found.state, found.version, len(made)) == ("tested", None, 1)
            approve_it(store)
            found = candidates.get(store, 5)
        assert (found.state, found.version) == ("approved", ready.versions[1])
        assert len(aliases.versions(store)) == 2  # no number was lost or given twice
        assert_sound(store)


MOVES: dict[str, Callable[[Store, str], object]] = {
    "staging": lambda store, to: aliases.move(
        store, "staging", to, expected=aliases.current(store)["staging"]
    ),
    "canary": lambda store, to: aliases.set_canary(store, to, share=0.1),
    "production": lambda store, to: aliases.move(
        store, "production", to, expected=aliases.current(store)["production"]
    ),
    "back": lambda store, _: aliases.rollback(store, "production"),
}


@pytest.mark.slow
def test_killed_at_any_step_an_alias_moves_with_its_event_or_not_at_all(
    ready: Ready, tmp_path: Path
) -> None:
    first, second = ready.versions
    after = [
        {"staging": first, "production": first},
        {"staging": second, "production": first},
        {"staging": second, "production": first, "canary": second},
        {"staging": second, "production": second, "canary": second},
        {"staging": second, "production": first, "canary": second},
    ]

    def move_all(store: Store) -> None:
        with by("cy"):
            for move in MOVES.values():
                move(store, second)

    last = 0
    for store, killed in each_kill(Work(move_all), ready.approved, tmp_path):
        moves = len(aliases.history(store)) - 2  # those of #3
        assert aliases.current(store) == after[moves]
        assert moves >= last
        last = moves
        state = candidates.get(store, 5).state
        assert state == ("released" if moves >= 3 else "approved")
        assert killed or moves == 4
    assert last == 4


def wrong_key(store: Store) -> Path:
    path = store.home / "seal.key"
    path.write_bytes(b"A" * 43 + b"=")
    return path


def tampered(store: Store) -> Path:
    path = sealed(store)
    content = path.read_bytes()
    overwrite(path, content[:-1] + bytes([content[-1] ^ 1]))
    return path


def truncated(store: Store) -> Path:
    path = sealed(store)
    overwrite(path, path.read_bytes()[:-40])
    return path


def sealed(store: Store) -> Path:
    return store.artifacts.open(find(store, "small").sealed_test)


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (wrong_key, WrongKeyError),
        (tampered, CorruptArtifactError),
        (truncated, CorruptArtifactError),
    ],
)
def test_what_cannot_be_read_stays_an_unfinished_opening_until_it_is_mended(
    proposed: Store,
    ready: Ready,
    harm: Callable[[Store], Path],
    error: type[SignoffError],
) -> None:
    whole = {path: path.read_bytes() for path in (sealed(proposed), proposed.home / "seal.key")}
    harmed = harm(proposed)
    for _ in range(2):  # trying again opens nothing more
        with pytest.raises(error):
            open_it(proposed)
        assert kinds(proposed) == ["proposed", "opened"]
        assert used(proposed) == 2
    harmed.write_bytes(whole[harmed])
    assert_resumed(proposed, ready.shown, broken="failed")


def test_a_model_that_is_damaged_leaves_no_half_result(proposed: Store, ready: Ready) -> None:
    path = proposed.artifacts.open(model_of(proposed, 5).digest)
    whole = path.read_bytes()
    overwrite(path, b"not a model")
    with pytest.raises(CorruptArtifactError):
        open_it(proposed)
    assert kinds(proposed) == ["proposed", "opened"]
    overwrite(path, whole)
    assert_resumed(proposed, ready.shown, broken="failed")
