"""What differs between two executions, the same wherever it is shown."""

import pytest

from core.comparison import what_differs
from core.executions import get
from tests.commands import assert_refused, signoff
from tests.conftest import Road


def test_commands_report_and_json_say_the_same_differs(road: Road) -> None:
    found = signoff("executions", "diff", 3, "#5", "--json").json
    assert [each["what"] for each in found["differences"]] == ["seed"]
    for command in ("compare", "report"):
        assert signoff(command, 3, 5, "--json").json["differences"] == found["differences"]
    by_name = {each["name"]: each for each in found["figures"]}
    assert "posts" not in by_name  # the same on both sides
    mean = by_name["p_at_1_mean"]
    assert mean["difference"] == pytest.approx(mean["candidate"] - mean["baseline"])
    assert found["patches"] == []
    told = signoff("executions", "diff", 3, 5).out
    assert "seed" in told
    assert "p_at_1_mean" in told


def test_executions_of_two_kinds_have_no_figures_to_compare(road: Road) -> None:
    both = [get(road.store, number) for number in (2, 4)]
    assert what_differs.figures(road.store, *both) == ()
    assert ("kind", "snapshot", "evaluate") in {
        (fact.what, fact.baseline, fact.candidate) for fact in what_differs.facts(road.store, *both)
    }


def test_the_same_twice_has_no_differences_and_a_number_that_is_none_is_refused(road: Road) -> None:
    assert signoff("executions", "diff", 3, 3).out == (
        "Nothing that is recorded of #3 and #3 differs.\n"
    )
    assert_refused(signoff("executions", "diff", 3, 999), "There is no execution #999")
