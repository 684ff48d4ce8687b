"""An execution is run again with its own code, and nothing but the record of that is added."""

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from core.comparison.compare import compare, pair
from core.errors import RefusedError
from core.executions import get, listing
from core.reproduction import source
from core.reproduction.reproduce import of, reproduce
from core.reproduction.results import Measured, Reproduction
from core.settings import CHECKOUT
from core.store.frames import put_record, read_record
from tests.commands import assert_refused, signoff, start
from tests.conftest import Road
from tests.factories import make_reproduction


def worktrees() -> int:
    words = ["git", "worktree", "list"]
    return len(subprocess.run(words, cwd=CHECKOUT, check=False, capture_output=True).stdout)


@pytest.mark.slow
def test_the_same_comes_out_and_only_the_record_of_that_is_added(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = compare(road.store, pair(road.store, 3, 5))
    before, trees = listing(road.store), worktrees()
    files = {path for path in (road.store.home / "artifacts").rglob("*") if path.is_file()}
    for number in (3, 2, 4, made.execution):
        found, record = reproduce(road.store, number)
        monkeypatch.setattr(source, "CHECKOUT", None)  # the others without a checkout: faster
        assert found.identical, found
        assert found.moved == found.environment == ()
        assert record.inputs == {"reproduced": number}
        assert of(road.store, number) == (found, record)
    assert [each for each in listing(road.store) if each.kind != "reproduce"] == before
    added = {path for path in (road.store.home / "artifacts").rglob("*") if path.is_file()} - files
    assert len(added) == 8  # of each its log and what was found
    assert worktrees() == trees


@pytest.mark.slow
def test_ctrl_c_leaves_no_checkout_and_is_recorded(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    trees = worktrees()
    command = start("executions", "reproduce", 3)
    while not any((tmp_path / "tmp").glob("*/workspace")) and command.poll() is None:
        os.sched_yield()
    command.send_signal(signal.SIGINT)
    command.communicate(timeout=60)
    assert command.returncode == 130
    assert listing(road.store)[0].status == "interrupted"
    assert worktrees() == trees
    assert not list((tmp_path / "tmp").iterdir())


def test_a_comparison_of_sealed_tests_is_refused_before_anything_is_done(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    sides = {"baseline": 4, "candidate": 6}
    of_sealed = replace(get(road.store, 4), kind="compare", inputs=sides)
    monkeypatch.setattr("core.reproduction.inputs.evaluation_of", lambda *_: _Sealed)
    monkeypatch.setattr("core.reproduction.reproduce.get", lambda *_: of_sealed)
    with pytest.raises(RefusedError, match="sealed test split"):
        reproduce(road.store, 7)
    assert listing(road.store)[0].number == 6


def test_what_cannot_be_done_again_is_refused_on_the_command_line(road: Road) -> None:
    assert_refused(signoff("executions", "reproduce", 1), "is of kind import")


class _Sealed:
    split = "test"


def moved(by: float, noise: float | None) -> Measured:
    return Measured(name="f1_macro", then=0.5, now=0.5 + by, noise=noise)


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (make_reproduction(now="a"), "identical to the byte"),
        (make_reproduction(), "the same figures, from other bytes"),
        (
            make_reproduction(moved(0.25, None)),
            "1 figure differs, macro F1 by +0.250; the noise of retraining was not measured",
        ),
        (make_reproduction(moved(0.25, 0.5)), "all within the noise"),
        (make_reproduction(moved(-0.25, 0.125)), "beyond the noise"),
    ],
)
def test_the_answer_holds_the_figures_against_the_noise(
    road: Road, result: Reproduction, says: str
) -> None:
    assert says in result.sentence
    artifacts = road.store.artifacts
    assert read_record(artifacts, put_record(artifacts, result), Reproduction) == result
    assert get(road.store, 3).kind == "train"
