"""Blocks that are done are found again, and nothing else is taken for one."""

from pathlib import Path

import numpy as np
import pytest

from core.training.linear import checkpoint
from core.training.linear.weights import Pruned

SPAN = range(16, 32)
PRUNED = Pruned(
    counts=np.array([1, 2], dtype=np.uint8),
    labels=np.array([3, 0, 5], dtype=np.uint8),
    values=np.array([0.5, -0.25, 1], dtype=np.float32),
    first=16,
)
BIAS, SCORES = np.arange(16, dtype=np.float32), np.ones((3, 16), dtype=np.float32)


def test_a_block_is_found_again_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "made when needed"
    assert checkpoint.kept(folder, SPAN) is None
    checkpoint.keep(folder, SPAN, PRUNED, BIAS, SCORES)
    found = checkpoint.kept(folder, SPAN)
    assert found is not None
    pruned, bias, scores = found
    assert pruned.first == 16
    for name in ("counts", "labels", "values"):
        np.testing.assert_array_equal(getattr(pruned, name), getattr(PRUNED, name))
    np.testing.assert_array_equal(bias, BIAS)
    np.testing.assert_array_equal(scores, SCORES)
    assert checkpoint.kept(folder, range(32)) is None


@pytest.mark.parametrize("place", [0, 8, 40, -1])
def test_a_block_that_was_changed_is_learned_again(tmp_path: Path, place: int) -> None:
    checkpoint.keep(tmp_path / "kept", SPAN, PRUNED, BIAS, SCORES)
    (path,) = (tmp_path / "kept").iterdir()
    content = bytearray(path.read_bytes())
    content[place] ^= 0xFF
    path.write_bytes(content)
    assert checkpoint.kept(tmp_path / "kept", SPAN) is None
    path.write_bytes(b"")
    assert checkpoint.kept(tmp_path / "kept", SPAN) is None


def test_what_cannot_be_kept_does_not_stop_the_training(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    checkpoint.keep(tmp_path / "file", SPAN, PRUNED, BIAS, SCORES)
    assert checkpoint.kept(tmp_path / "file", SPAN) is None
