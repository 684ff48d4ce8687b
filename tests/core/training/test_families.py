"""What every family of models promises, whichever it is."""

from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.collect.posts import Post
from core.errors import InputError
from core.executions.environment import environment
from core.progress import silent
from core.training.classifier import ABSENT, Classifier, Family
from core.training.families import DEFAULT_FAMILY, FAMILIES, chosen
from tests.factories import QUICK, make_corpus, make_post, make_split

SMALL: dict[str, dict[str, str]] = {
    "fasttext": {**QUICK, "epoch": "20"},
    "pooled": {"dim": "16", "buckets": "500", "epochs": "15", "min_df": "1", "lr": "0.03"},
}
"""Parameters with which a family trains in a moment; others take their defaults."""
EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "naive_bayes" / "signoff_naive_bayes.py"
CORPUS = make_corpus(posts=20)
LATER = make_split(make_corpus(posts=60, seed=1))
LINES = ["kitten whiskers purring", "rocket orbit lunar", "", "words never seen"]


def example() -> Family:
    """The family of docs/models.md."""
    spec = spec_from_file_location("signoff_naive_bayes", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    family: Family = module.family
    return family


ALL = {**FAMILIES, "naive-bayes": example()}


@pytest.fixture(params=ALL)
def kind(request: pytest.FixtureRequest) -> Family:
    return ALL[request.param]


def fit(kind: Family, path: Path, posts: Sequence[Post] = CORPUS, *, seed: int = 0) -> Path:
    params = chosen(kind, SMALL.get(kind.name, {}), posts=80, labels=4)
    settings = {
        "params": params,
        "seed": seed,
        "threads": 1,
        "unfinished": path.parent / f"unfinished-{path.name}",
        "progress": silent,
    }
    kind.fit(make_split(posts), path, calibration=LATER, **settings)
    return path


def model(kind: Family, folder: Path, posts: Sequence[Post] = CORPUS) -> Classifier:
    return kind.load(fit(kind, folder / f"model{kind.suffix}", posts))


def require_sound(classifier: Classifier, lines: Sequence[str], k: int) -> None:
    """Predictions have the shapes, ranges and order that :class:`Predictions` promises."""
    said = classifier.predict(lines, k=k)
    assert said.labels.shape == said.probabilities.shape == (len(lines), k)
    assert (said.labels.dtype, said.probabilities.dtype) == (np.int32, np.float32)
    given = said.labels != ABSENT
    assert (said.labels[given] >= 0).all()
    assert (said.labels < len(classifier.labels)).all()
    assert (said.probabilities >= 0).all()
    assert (said.probabilities <= 1).all()
    assert (said.probabilities[~given] == 0).all()
    assert (np.diff(said.probabilities, axis=1) <= 0).all()
    ties = (np.diff(said.probabilities, axis=1) == 0) & given[:, 1:]
    assert (np.diff(said.labels, axis=1)[ties] > 0).all()
    for row in said.labels:
        named = row[row != ABSENT]
        assert len(set(named.tolist())) == len(named)
        assert (row[len(named) :] == ABSENT).all()


def test_it_goes_by_its_name(kind: Family) -> None:
    assert ALL[kind.name] is kind
    assert kind.suffix.startswith(".")
    assert kind.version >= 1


def test_the_default_family_is_one_of_them() -> None:
    assert DEFAULT_FAMILY in FAMILIES


def test_its_packages_are_installed_and_recorded(kind: Family) -> None:
    assert kind.packages
    recorded = environment(*kind.packages)["packages"]
    assert all(recorded[name] for name in kind.packages)


def test_what_its_seed_decides_is_part_of_a_sentence(kind: Family) -> None:
    assert kind.varies
    assert kind.varies[0].islower()
    assert not kind.varies.endswith(".")


def test_its_hint_for_full_memory_is_part_of_a_sentence(kind: Family) -> None:
    assert kind.memory_hint
    assert kind.memory_hint[0].islower()
    assert not kind.memory_hint.endswith(".")


def test_it_learns_and_names_its_labels_in_order(kind: Family, tmp_path: Path) -> None:
    classifier = model(kind, tmp_path)
    assert classifier.labels == tuple(sorted({post.subreddit for post in CORPUS}))
    require_sound(classifier, LINES, k=2)
    first = classifier.predict(LINES[:2], k=1).labels[:, 0]
    assert [classifier.labels[label] for label in first] == ["cats", "space"]


def test_a_saved_model_says_the_same_each_time_it_is_loaded(kind: Family, tmp_path: Path) -> None:
    path = fit(kind, tmp_path / f"model{kind.suffix}")
    once, again = kind.load(path).predict(LINES, k=3), kind.load(path).predict(LINES, k=3)
    np.testing.assert_array_equal(once.labels, again.labels)
    np.testing.assert_array_equal(once.probabilities, again.probabilities)


def test_a_line_is_judged_the_same_alone_and_among_others(kind: Family, tmp_path: Path) -> None:
    classifier = model(kind, tmp_path)
    together = classifier.predict(LINES, k=2)
    for place, line in enumerate(LINES):
        alone = classifier.predict([line], k=2)
        np.testing.assert_array_equal(alone.labels[0], together.labels[place])
        np.testing.assert_array_equal(alone.probabilities[0], together.probabilities[place])


def test_one_thread_and_one_seed_give_the_same_bytes(kind: Family, tmp_path: Path) -> None:
    one, same = (fit(kind, tmp_path / f"{n}{kind.suffix}", seed=1).read_bytes() for n in range(2))
    assert one == same


def test_only_labels_of_training_are_named(kind: Family, tmp_path: Path) -> None:
    seen = [post for post in CORPUS if post.subreddit != "space"]
    classifier = model(kind, tmp_path, seen)
    assert "space" not in classifier.labels
    require_sound(classifier, ["rocket orbit lunar"], k=3)


def test_an_empty_line_and_no_lines_are_answered(kind: Family, tmp_path: Path) -> None:
    classifier = model(kind, tmp_path)
    require_sound(classifier, [""], k=3)
    require_sound(classifier, [], k=3)


def test_more_predictions_than_labels_are_filled_up_with_none(kind: Family, tmp_path: Path) -> None:
    classifier = model(kind, tmp_path)
    count = len(classifier.labels)
    require_sound(classifier, LINES, k=count + 2)
    said = classifier.predict(LINES[:1], k=count + 2)
    assert (said.labels[0, count:] == ABSENT).all()


def test_a_single_label_can_be_trained(kind: Family, tmp_path: Path) -> None:
    posts = [make_post(id=f"a{n}", subreddit="cats") for n in range(20)]
    classifier = model(kind, tmp_path, posts)
    assert classifier.labels == ("cats",)
    require_sound(classifier, LINES, k=2)
    assert classifier.predict(LINES[:1], k=1).labels[0, 0] == 0


def test_its_parameters_have_names_of_their_own_and_sound_defaults(kind: Family) -> None:
    names = [parameter.name for parameter in kind.parameters]
    assert len(set(names)) == len(names)
    for parameter in kind.parameters:
        assert parameter.default is None or type(parameter.default) is parameter.kind
        assert parameter.help
        assert not {"seed", "threads"} & {parameter.name}


def test_a_parameter_is_read_from_what_it_is_shown_as(kind: Family) -> None:
    for parameter in kind.parameters:
        values: list[Any] = [parameter.default, *parameter.choices]
        if parameter.kind in (int, float):
            values.append(parameter.kind(parameter.high))
            values += [] if parameter.above_low else [parameter.kind(parameter.low)]
        for value in values:
            again = parameter.parse(parameter.show(value))
            assert again == value
            assert again is None or type(again) is parameter.kind
    every = {parameter.name: parameter.show(parameter.default) for parameter in kind.parameters}
    assert chosen(kind, every, posts=80, labels=4) == chosen(kind, {}, posts=80, labels=4)


@pytest.mark.parametrize(("posts", "labels"), [(2, 1), (200_000, 240), (4_000_000, 5_000)])
def test_what_is_left_open_is_settled_at_any_size(kind: Family, posts: int, labels: int) -> None:
    settled = chosen(kind, {}, posts=posts, labels=labels)
    shown = {name: str(value).lower() for name, value in settled.items()}
    assert None not in settled.values()
    assert chosen(kind, shown, posts=posts, labels=labels) == settled


def test_what_a_parameter_cannot_be_is_refused_with_what_it_can(kind: Family) -> None:
    for parameter in kind.parameters:
        if parameter.kind is str and not parameter.choices:
            continue
        for text in ("?", "", "None", "nan"):
            with pytest.raises(InputError, match=f"^{parameter.name} cannot be") as caught:
                chosen(kind, {parameter.name: text}, posts=80, labels=4)
            assert parameter.allowed in str(caught.value)
