"""Functions that Numba compiles."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from numba.core.dispatcher import Dispatcher

from core import training
from core.training.compiled import compiled


def modules() -> Iterator[ModuleType]:
    for place in pkgutil.walk_packages(training.__path__, "core.training."):
        yield importlib.import_module(place.name)


FUNCTIONS = [
    each
    for module in modules()
    for each in vars(module).values()
    if isinstance(each, Dispatcher) and each.py_func.__module__ == module.__name__
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda each: each.py_func.__name__)
def test_a_compiled_function_calls_only_those_of_its_own_file(function: Any) -> None:
    """Machine code kept on the disk would not notice that another file changed."""
    plain = function.py_func
    named = [plain.__globals__.get(name) for name in plain.__code__.co_names]
    others = [each.py_func.__module__ for each in named if isinstance(each, Dispatcher)]
    assert set(others) <= {plain.__module__}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda each: each.py_func.__name__)
def test_its_arithmetic_is_exact(function: Any) -> None:
    assert not function.targetoptions.get("fastmath")
    assert not function.targetoptions.get("parallel")
    assert function.targetoptions["nogil"]


def test_there_are_functions_to_look_at() -> None:
    assert len(FUNCTIONS) > 20


def test_where_machine_code_cannot_be_kept_it_is_made_each_time() -> None:
    space: dict[str, Callable[[int], int]] = {}
    exec("def double(number):\n    return 2 * number\n", space)  # noqa: S102 - it has no file
    assert compiled(space["double"])(21) == 42
