"""What stands in a signoff.toml is understood, or its fault is told with its line."""

from typing import Any

import pytest

from core.errors import InputError
from core.pipeline.definition import Pipeline, defined
from core.project.init import text_of
from core.toml_files import parsed

IMPORT = '[[step]]\nkind = "import"\npaths = ["posts"]\n'
FREEZE = IMPORT + '[[step]]\nkind = "snapshot"\n'
TRAIN = FREEZE + '[[step]]\nkind = "train"\nmodel = "fasttext"\n'


def read(text: str, *given: str) -> Pipeline:
    return defined(parsed(text.encode(), name="signoff.toml", hint=""), given)


def test_the_pipeline_of_a_new_project_runs_in_its_order() -> None:
    kinds = [step.kind for step in read(text_of("signoff.toml")).steps]
    assert kinds == [
        *("import", "snapshot", "check", "train", "noise", "compare", "drift", "report", "propose")
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[step]\nkind = 'import'", "line 1: step takes a list of tables. Write [[step]]"),
        ("[steps]", "line 1: there is no table [steps]. Did you mean step?"),
        ("[settings]", "signoff.toml has no pipeline. Write at least one [[step]]"),
        ("[[step]]\nname = 'a'", "line 1: a step has no kind. Known: import,"),
        ("[[step]]\nkind = 'imprt'", "line 2: there is no kind of step 'imprt'. Did you mean impo"),
        ("[[step]]\nkind = 3", "line 2: there is no kind of step 3"),
        (IMPORT + "name = 'a b'", "line 4: a step cannot be called 'a b'"),
        ("[[step]]\nkind = 'import'", "line 1: the step 'import' needs paths. Write paths = ["),
        (IMPORT + "\n" + IMPORT, "line 5: two steps are called 'import'"),
        (IMPORT + "path = 'x'", "line 4: the step 'import' has no key 'path'. Did you mean paths?"),
        (IMPORT + "unpack = 1", "line 4: unpack of 'import' takes true or false, not 1"),
        (
            IMPORT + "since = '2026-01-31'",
            "line 4: since of 'import' takes a day or a moment, with",
        ),
        (FREEZE + "fractions = [1, 2]", "line 6: fractions of 'snapshot' takes three shares"),
        (FREEZE + "fractions = [0.5, 0.5, 0.5]", "line 4: --fractions 0.5,0.5,0.5 is not three"),
        (
            IMPORT + '[[step]]\nkind = "train"',
            "line 4: the step 'train' needs a step of kind 'snap",
        ),
        (TRAIN + "snapshot = 'snap'", "line 9: snapshot of 'train' names 'snap', and no step is"),
        (TRAIN + "snapshot = 'import'", "'import' is of 'import'. Known: snapshot."),
        (TRAIN + "after = ['chek']", "line 9: after of 'train' names 'chek', and no step is calle"),
        (TRAIN + "after = 'check'", "line 9: after takes a list of names, not 'check'"),
        (TRAIN + "params = { epochs = 3 }", "line 9: The model has no parameter epochs"),
        (TRAIN + "params = { epoch = 0 }", "line 9: epoch cannot be '0'"),
        (TRAIN + "\ngrid = { lr = [0.1, 'x'] }", "line 10: lr cannot be 'x'"),
        (TRAIN + "grid = { lr = 0.1 }", "line 9: grid of 'train' takes a table, not {'lr': 0.1}"),
        (TRAIN.replace("fasttext", "fastext"), "line 8: No model family is called 'fastext'"),
        (
            IMPORT + "after = ['snapshot']\n[[step]]\nkind = 'snapshot'",
            "line 1: these steps wait for each other: import → snapshot → import",
        ),
        (IMPORT + "after = ['import']", "line 1: these steps wait for each other: import → import"),
    ],
)
def test_a_fault_is_told_in_a_sentence_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        read(text)
    assert said in str(error.value)
    assert "Traceback" not in str(error.value)


def test_a_step_may_stand_above_what_it_waits_for() -> None:
    text = f"[[step]]\nkind = 'check'\nafter = ['import']\n{FREEZE}"
    assert [step.name for step in read(text).steps] == ["import", "check", "snapshot"]
    assert [step.name for step in read(text).before("snapshot")] == ["import", "snapshot"]


@pytest.mark.parametrize(
    ("given", "key", "value"),
    [
        ("train.epoch=20", "params", {"dim": 8, "epoch": 20}),
        ("train.params.epoch=20", "params", {"dim": 8, "epoch": 20}),
        ("train.lr=0.5", "grid", {"dim": [8, 16]}),
        ("train.seed=7", "seed", 7),
        ("train.model=fasttext", "model", "fasttext"),
    ],
)
def test_a_value_from_outside_counts_more_than_the_files(given: str, key: str, value: Any) -> None:
    text = f"{TRAIN}params = {{ dim = 8 }}\ngrid = {{ lr = [0.1, 0.2], dim = [8, 16] }}\n"
    text += "[[step]]\nkind = 'train'\nname = 'second'\nmodel = 'fasttext'\n"
    step = read(text, given).named("train")
    assert step.values[key] == value
    assert read(text).named("second") == read(text, given).named("second")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("epoch=20", "--set 'epoch=20' sets nothing"),
        ("train.epoch", "sets nothing. Write it like train.seed=1"),
        ("trian.seed=1", "no step is called 'trian'. Did you mean train?"),
        ("train.epoch=0", "--set: epoch cannot be '0'"),
        ("train.epohc=2", "--set: The model has no parameter epohc"),
        ("train.seed=x", "--set: seed of 'train' takes a whole number of 0 or more, not 'x'"),
        ("snapshot.min_psts=3", "--set: the step 'snapshot' has no key 'min_psts'"),
    ],
)
def test_a_value_from_outside_that_cannot_be_is_told_without_a_line(given: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        read(TRAIN, given)
    assert said in str(error.value)
    assert "line" not in error.value.reason
