"""A histogram in text."""

import numpy as np
import pytest
from rich.text import Text

from core.cli.histogram import histogram_lines
from core.comparison.results import BETTER, SAME, WORSE
from core.reporting.histogram import WIDTH


def lines(changes: list[float], verdicts: list[str]) -> list[str]:
    return [Text.from_markup(line).plain for line in histogram_lines(np.array(changes), verdicts)]


def test_each_change_is_one_sign_of_its_verdict() -> None:
    found = lines([-0.05, -0.045, 0.01, 0.03], [WORSE, SAME, SAME, BETTER])
    assert found == [
        "  −0.06 to −0.04 │▼█ 2",
        "  −0.04 to −0.02 │ 0",
        "  −0.02 to +0.00 │ 0",
        "  +0.00 to +0.02 │█ 1",
        "  +0.02 to +0.04 │▲ 1",
    ]


def test_what_lies_far_out_is_gathered_at_the_ends() -> None:
    found = lines([-0.9, 0.5], [WORSE, SAME])
    assert found[0] == "     below −0.12 │▼ 1"
    assert found[-1] == "     above +0.12 │█ 1"
    assert len(found) == 14


def test_long_bars_are_shortened_but_their_number_is_said() -> None:
    (line,) = lines([0.01] * 2_500, [SAME] * 2_499 + [BETTER])
    assert line.endswith("▲ 2,500")
    assert line.count("█") == WIDTH


@pytest.mark.parametrize("edge", [-0.02, 0.0, 0.02])
def test_a_change_on_an_edge_is_counted_once(edge: float) -> None:
    assert sum(int(line.rsplit(" ", 1)[1]) for line in lines([edge], [SAME])) == 1
