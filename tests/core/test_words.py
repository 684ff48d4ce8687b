"""Numbers in words, the same on the command line and on pages."""

import pytest

from core import words
from dashboard import words as pages


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0214, "+0.021"), (-0.0214, "−0.021"), (0.0002, "±0.000"), (-0.0004, "±0.000")],
)
def test_a_difference_has_a_sign_and_nothing_has_both(value: float, text: str) -> None:
    assert words.signed(value) == pages.signed(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0214, "+2.1 points"), (-0.0214, "−2.1 points"), (0.0002, "±0.0 points")]
)
def test_a_difference_of_shares_is_in_percentage_points(value: float, text: str) -> None:
    assert words.signed_share(value) == text


def test_an_interval_is_said_alike_but_pages_never_break_it() -> None:
    assert words.interval((-0.002, 0.006)) == "−0.002 to +0.006"
    assert pages.interval((-0.002, 0.006)).replace(pages.NO_BREAK, " ") == "−0.002 to +0.006"
    assert " " not in pages.interval((-0.002, 0.006))


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ((-0.098, -0.0002), "−0.098 to −0.0002"),
        ((0.00001, 0.02), "+0.0001 to +0.020"),
        ((0.0, 0.02), "±0.000 to +0.020"),
        ((-0.0006, 0.0007), "−0.001 to +0.001"),
    ],
)
def test_an_end_of_an_interval_is_not_rounded_to_zero(
    bounds: tuple[float, float], text: str
) -> None:
    assert words.interval(bounds) == text


def test_an_interval_of_shares_says_its_unit_once() -> None:
    assert words.share_interval((-0.098, -0.0002)) == "−9.8 to −0.02 points"


def test_chances_and_bands() -> None:
    assert [words.chance(p) for p in (0.0004, 0.0134)] == ["< 0.001", "0.013"]
    assert [words.band(b) for b in (None, 0.0041)] == ["not measured", "±0.004"]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (1024, "1.0 KiB"),
        (5 << 20, "5.0 MiB"),
        (2 << 40, "2,048.0 GiB"),
    ],
)
def test_a_size_has_the_unit_that_fits(size: int, text: str) -> None:
    assert words.byte_size(size) == text
