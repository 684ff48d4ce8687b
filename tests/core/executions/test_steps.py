"""What was run before is given back while its code, parameters and inputs stay the same."""

import importlib
import pkgutil
import shutil
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

import core
from core.errors import InputError, RefusedError
from core.executions import Run, Step, cached, get, listing, run_cached
from core.executions import code as module
from core.store import Store

STEP = Step("train", code=("core.training",))
PARAMS = {"seed": 1}
INPUTS = {"snapshot": "d" * 64}

CARRIES = (
    "core.access",
    "core.arrays",
    "core.errors",
    "core.executions",
    "core.hints",
    "core.processes",
    "core.progress",
    "core.settings",
    "core.spreadsheets",
    "core.store.artifacts",
    "core.store.executions",
    "core.store.models",
    "core.store.reaping",
    "core.store.snapshots",
    "core.words",
)
"""Rows and files by their names, messages, rights, processes, names of types: a step's result
either comes out as it would, or not at all."""
ONLY_NAMES = ("core", "core.store")
"""Packages whose ``__init__`` hands out what stands in their modules."""


def work(run: Run) -> None:
    run.outputs = {"model": "e" * 64}


def run_once(store: Store, *, force: bool = False) -> int:
    return run_cached(store, STEP, work, params=PARAMS, inputs=INPUTS, force=force).number


def test_the_same_step_gives_the_earlier_execution_back(store: Store) -> None:
    number = run_once(store)
    made = cached(store, STEP, params=PARAMS, inputs=INPUTS)
    assert made == get(store, number)
    assert made.outputs == {"model": "e" * 64}
    assert run_once(store) == number
    assert cached(store, STEP, params={"seed": 2}, inputs=INPUTS) is None
    assert cached(store, STEP, params=PARAMS, inputs={}) is None
    assert cached(store, Step("evaluate", STEP.code), params=PARAMS, inputs=INPUTS) is None
    assert cached(store, Step("train", ("core.text",)), params=PARAMS, inputs=INPUTS) is None


def test_forced_it_runs_once_more_and_then_gives_the_newest_back(store: Store) -> None:
    first = run_once(store)
    second = run_once(store, force=True)
    assert second > first
    assert run_once(store) == second


def test_a_run_that_failed_is_not_given_back(store: Store) -> None:
    def fail(run: Run) -> None:
        raise InputError("No good", "Mend it.")

    with pytest.raises(InputError):
        run_cached(store, STEP, fail, params=PARAMS, inputs=INPUTS)
    assert listing(store)[0].status == "failed"
    assert cached(store, STEP, params=PARAMS, inputs=INPUTS) is None


def test_what_is_refused_beforehand_is_not_recorded_and_not_asked_of_an_earlier_run(
    store: Store,
) -> None:
    def refuse() -> None:
        raise RefusedError("Not now", "Come back later.")

    with pytest.raises(RefusedError):
        run_cached(store, STEP, work, params=PARAMS, inputs=INPUTS, check=refuse)
    assert listing(store) == []
    number = run_once(store)
    again = run_cached(store, STEP, work, params=PARAMS, inputs=INPUTS, check=refuse)
    assert again.number == number


def steps() -> dict[str, Step]:
    """Every step of Signoff by the module that it is defined in, which calls it ``STEP``."""
    found = {}
    for place in pkgutil.walk_packages(core.__path__, "core."):
        if ".migrations" in place.name:
            continue
        step = getattr(importlib.import_module(place.name), "STEP", None)
        if isinstance(step, Step):
            found[place.name] = step
    return found


STEPS = steps()
KINDS = {step.kind: step for step in STEPS.values()}


def covers(entry: str, name: str) -> bool:
    return name == entry or name.startswith(entry + ".")


def imported(graph: grimp.ImportGraph, start: str) -> set[str]:
    """The modules that ``start`` imports, directly or not, and that can change what it computes.

    The modules of other steps are left out: what those made comes in as inputs. Nor are the tables
    behind the store's queries, which stand for themselves.
    """
    reached, ahead = {start}, [start]
    while ahead:
        here = ahead.pop()
        for name in graph.find_modules_directly_imported_by(here) - reached:
            carries = any(covers(entry, name) for entry in CARRIES)
            within_store = covers("core.store", here) and covers("core.store", name)
            if carries or within_store or name in STEPS or name in ONLY_NAMES:
                continue
            reached.add(name)
            ahead.append(name)
    return reached


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("core", exclude_type_checking_imports=True, cache_dir=None)


def test_there_are_steps_to_look_at() -> None:
    assert set(KINDS) == {
        *("agree", "check", "compare", "evaluate", "feedback", "import", "predict", "snapshot"),
        "train",
    }


@pytest.mark.parametrize("name", STEPS)
def test_a_step_names_all_code_that_it_imports_and_no_other(
    graph: grimp.ImportGraph, name: str
) -> None:
    step, needed = STEPS[name], imported(graph, name)
    missing = {m for m in needed if not any(covers(entry, m) for entry in step.code)}
    assert not missing, (
        f"{name} imports {sorted(missing)}: name it in the step's code or, if it can never change"
        " a result, in CARRIES here"
    )
    idle = [entry for entry in step.code if not any(covers(entry, m) for m in needed)]
    assert not idle, f"{name} does not import {idle}: take it out of the step's code"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of ``core`` whose source the keys go by."""
    here = Path(core.__file__).parent
    folder = shutil.copytree(here, tmp_path / "core", ignore=shutil.ignore_patterns("*.pyc"))
    monkeypatch.setattr(module, "_SOURCE", folder)
    module.source_digest.cache_clear()
    yield folder
    module.source_digest.cache_clear()


def changed_by(copy: Path, *files: str) -> set[str]:
    """The kinds of steps whose key a comment in each of these files changes."""
    before = {kind: step.key(PARAMS, INPUTS) for kind, step in KINDS.items()}
    for name in files:
        path = copy / name
        path.write_text(path.read_text() + "\n# A comment.\n")
    module.source_digest.cache_clear()
    return {kind for kind, step in KINDS.items() if step.key(PARAMS, INPUTS) != before[kind]}


@pytest.mark.parametrize(
    "folder", ["cli", "release", "serving", "api", "demo", "erasure", "executions"]
)
def test_a_change_where_nothing_is_computed_changes_no_key(copy: Path, folder: str) -> None:
    files = [str(path.relative_to(copy)) for path in (copy / folder).rglob("*.py")]
    assert files
    assert changed_by(copy, *files) == set()


@pytest.mark.parametrize(
    ("file", "kinds"),
    [
        ("store/feedback.py", set()),
        ("store/artifacts.py", set()),
        ("stats/minhash.py", {"compare"}),
        ("stats/calibration.py", {"evaluate", "compare"}),
        ("comparison/churn.py", {"agree", "compare"}),
        ("evaluation/workers.py", {"agree", "evaluate", "predict"}),
        ("training/fasttext_child.py", {"agree", "train", "evaluate", "predict"}),
        ("training/train.py", {"agree", "train", "evaluate", "predict"}),
        ("snapshots/freeze.py", {"snapshot"}),
        ("snapshots/read.py", {"agree", "snapshot", "train", "evaluate", "compare", "predict"}),
        (
            "text.py",
            {
                *("agree", "check", "evaluate", "feedback", "import", "predict", "snapshot"),
                "train",
            },
        ),
        ("quality/measure.py", {"check"}),
        ("store/posts.py", {"snapshot", "feedback", "import"}),
        ("feedback/bring.py", {"feedback"}),
    ],
)
def test_a_change_changes_the_keys_of_the_steps_that_depend_on_it(
    copy: Path, file: str, kinds: set[str]
) -> None:
    assert changed_by(copy, file) == kinds


def test_a_new_file_in_a_steps_package_changes_its_key(copy: Path) -> None:
    before = KINDS["train"].key(PARAMS, INPUTS)
    (copy / "training" / "another_family.py").write_text("")
    module.source_digest.cache_clear()
    assert KINDS["train"].key(PARAMS, INPUTS) != before


def test_code_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        Step("train", code=("core.trainign",)).key(PARAMS, INPUTS)
