"""The command that does an execution again gives every parameter as it was."""

from dataclasses import replace
from itertools import pairwise

import pytest
from typer.main import get_command

from core.cli.app import build
from core.cli.output import parse_params
from core.errors import RefusedError
from core.executions import get
from core.reproduction.words import again
from core.store.executions import Execution
from core.training.families import FAMILIES
from core.training.parameters import defaults, parse_all
from tests.conftest import Road


@pytest.fixture
def training(road: Road) -> Execution:
    return get(road.store, 3)


@pytest.mark.parametrize("name", FAMILIES)
def test_all_parameters_of_a_family_come_back_as_they_were(training: Execution, name: str) -> None:
    parameters = FAMILIES[name].parameters
    chosen = defaults(parameters)
    for each in parameters:  # away from the defaults, as exact as numbers get
        if each.kind is float:
            chosen[each.name] = each.low + (min(each.high, each.low + 1) - each.low) / 3
        elif each.kind is bool:
            chosen[each.name] = not each.default
    words = again(replace(training, params={**training.params, "family": name, "params": chosen}))
    texts = [word for before, word in pairwise(words) if before == "--param"]
    assert parse_all(parameters, parse_params(texts)) == chosen


@pytest.mark.parametrize("number", [2, 3, 4])
def test_the_command_line_knows_the_words(road: Road, number: int) -> None:
    words = again(get(road.store, number))
    command = get_command(build())
    place = 2 if words[0] == "snapshot" else 1
    for word in words[:place]:
        command = command.commands[word]  # type: ignore[attr-defined]
    command.make_context(words[0], words[place:])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": "failed"}, "is failed"),
        ({"kind": "import"}, "is of kind import"),
        ({"kind": "test"}, "is of kind test"),
        ({"kind": "of a later version"}, "cannot be reproduced"),
        ({"kind": "evaluate", "params": {"split": "test"}}, "sealed test split"),
        ({"params": {"family": "ensemble"}}, "was not trained here"),
        ({"params": {"family": "linear", "half": 1}}, "one half of the posts"),
        ({"kind": "snapshot", "params": {"feedback": True}}, "texts that users sent"),
    ],
)
def test_what_cannot_be_done_again_is_refused_with_a_reason(
    training: Execution, change: dict[str, object], why: str
) -> None:
    with pytest.raises(RefusedError, match=why):
        again(replace(training, **change))
