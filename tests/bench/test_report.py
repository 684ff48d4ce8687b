"""RESULTS.md: each benchmark replaces its own section only."""

import pytest

from bench.growth import exponent
from bench.report import HEAD, replaced, verdict


def test_a_section_is_added_then_replaced_and_the_others_stay() -> None:
    text = replaced(HEAD, "## Growth\n\nlinear\n")
    text = replaced(text, "## Pages\n\nquick\n")
    text = replaced(text, "## Growth\n\nbetter\n")
    assert text == f"{HEAD.strip()}\n\n## Growth\n\nbetter\n\n## Pages\n\nquick\n"


@pytest.mark.parametrize(("measured", "said"), [(0.74, "kept"), (0.75, "kept"), (0.76, "missed")])
def test_the_verdict_says_whether_the_budget_is_kept(measured: float, said: str) -> None:
    assert said in verdict(measured, 0.75, "×")


def test_growth_is_told_by_its_exponent() -> None:
    posts = [1_000, 10_000, 50_000]
    assert exponent(posts, [size * 3.0 for size in posts]) == pytest.approx(1)
    assert exponent(posts, [size**1.5 for size in posts]) == pytest.approx(1.5)
