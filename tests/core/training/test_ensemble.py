"""Several models as one: the weighted geometric mean of what they say, kept by their digests."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.arrays import Floats, Int64s
from core.comparison.caveats import caveats
from core.comparison.compare import compare, pair
from core.comparison.noise import measure
from core.errors import CorruptArtifactError, InputError, RefusedError
from core.evaluation.evaluate import evaluate
from core.executions import get
from core.executions.lineage import neighbours
from core.snapshots import create, load_split
from core.snapshots.content import SplitData
from core.snapshots.rules import Rules
from core.training import calibration, ensemble
from core.training.average import average
from core.training.classifier import ABSENT, Classifier, Predictions
from core.training.ensemble import EnsembleClassifier, Manifest, Member
from core.training.load import load
from core.training.train import train
from tests.commands import signoff
from tests.conftest import Road
from tests.factories import QUICK
from tests.workspaces import overwrite


class Says:
    """Always the same probabilities of its labels."""

    def __init__(self, **probabilities: float) -> None:
        self.labels = tuple(sorted(probabilities))
        self._all = np.array([[probabilities[label] for label in self.labels]])

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        return Predictions.best(np.repeat(self._all, len(lines), axis=0), k)


def said(classifier: EnsembleClassifier, k: int) -> dict[str, float]:
    answer = classifier.predict(["line"], k=k)
    return {
        classifier.labels[label]: pytest.approx(float(p), abs=1e-6)
        for label, p in zip(answer.labels[0], answer.probabilities[0], strict=True)
        if label != ABSENT
    }


def dense(classifier: Classifier, lines: Sequence[str]) -> Floats:
    """The probability of every label, in their order."""
    answer = classifier.predict(lines, k=len(classifier.labels))
    probabilities = np.zeros(answer.probabilities.shape)
    np.put_along_axis(probabilities, answer.labels, answer.probabilities, axis=1)
    return probabilities


def geometric(members: Sequence[Mapping[str, float]], weights: Sequence[float]) -> dict[str, float]:
    """The weighted geometric mean of probabilities that each member gives to every label."""
    products = {
        label: math.prod(member[label] ** w for member, w in zip(members, weights, strict=True))
        for label in members[0]
    }
    return {label: product / sum(products.values()) for label, product in products.items()}


def test_it_says_the_weighted_geometric_mean_of_what_its_members_say() -> None:
    one = {"cats": 0.6, "dogs": 0.15, "space": 0.25}
    other = {"cats": 0.1, "dogs": 0.7, "space": 0.2}
    both = EnsembleClassifier([Says(**one), Says(**other)], [0.75, 0.25])
    mean = geometric([one, other], [0.75, 0.25])
    assert both.labels == ("cats", "dogs", "space")
    assert said(both, 3) == mean
    assert said(both, 1) == {"cats": mean["cats"]}
    assert both.predict([], k=2).labels.shape == (0, 2)
    assert (both.predict(["line"], k=5).labels[0, 3:] == ABSENT).all()


def test_a_label_that_a_member_does_not_name_gets_a_share_of_what_it_leaves() -> None:
    both = EnsembleClassifier([Says(cats=0.6, space=0.3), Says(cats=0.1, dogs=0.9)], [0.5, 0.5])
    unsaid = ensemble.SMALLEST
    mean = geometric(
        [{"cats": 0.6, "dogs": 0.1, "space": 0.3}, {"cats": 0.1, "dogs": 0.9, "space": unsaid}],
        [0.5, 0.5],
    )
    assert said(both, 3) == mean


def test_what_is_not_named_never_gets_more_than_what_is() -> None:
    alone = EnsembleClassifier([Says(cats=0.2, dogs=0.1), Says(space=1.0)], [1.0, 0.0])
    first = alone.predict(["line"], k=3)
    assert [alone.labels[label] for label in first.labels[0]] == ["cats", "dogs", "space"]


def test_one_model_averaged_with_itself_is_itself() -> None:
    one = Says(cats=0.6, dogs=0.3, space=0.1)
    assert said(EnsembleClassifier([one, one], [0.5, 0.5]), 3) == said(
        EnsembleClassifier([one], [1.0]), 3
    )


def test_a_member_that_says_nothing_changes_nothing() -> None:
    one = Says(cats=0.6, dogs=0.3, space=0.1)
    silent = Says(cats=0.0, dogs=0.0, space=0.0)
    both = EnsembleClassifier([one, silent], [1.0, 1.0])
    assert said(both, 3) == {"cats": 0.6, "dogs": 0.3, "space": 0.1}


def test_labels_far_down_count_alike() -> None:
    many = {f"l{n:03d}": (100 - n) / 5050 for n in range(100)}
    left = sum(sorted(many.values())[: 100 - ensemble.DEPTH]) / (100 - ensemble.DEPTH)
    answer = EnsembleClassifier([Says(**many), Says(**many)], [0.5, 0.5]).predict(["line"], k=100)
    np.testing.assert_allclose(answer.probabilities[0, ensemble.DEPTH :], left, rtol=1e-5)


class Knows:
    """What it says of each line, by the line's number."""

    def __init__(self, probabilities: Floats) -> None:
        self.labels = tuple(f"l{n}" for n in range(probabilities.shape[1]))
        self._all = probabilities

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        return Predictions.best(self._all[[int(line) for line in lines]], k)


@pytest.mark.parametrize("posts", [300, ensemble.WEIGHED * 2])
def test_weights_are_those_of_a_logistic_regression_on_the_logarithms(posts: int) -> None:
    rng = np.random.default_rng(5)
    odds = rng.dirichlet(np.ones(4), size=posts)
    members = [
        Knows(power / power.sum(axis=1, keepdims=True))
        for power in (odds**0.5, rng.dirichlet(np.ones(4) * 3, size=posts), odds**2)
    ]
    label = np.array([rng.choice(4, p=row) for row in odds])
    data = split_data(label, posts)
    weights = ensemble.best_weights(members[:2], data)
    # The first said the square root of the truth, the second nothing of it.
    assert weights == pytest.approx([2, 0], abs=0.25 if posts < 1_000 else 0.1)
    grid = [0.0, 0.1, 0.25, 0.5, 1, 2, 3]

    def loss(first: float, second: float) -> float:
        some = slice(None, None, -(-posts // ensemble.WEIGHED))
        mixed = members[0]._all[some] ** first * members[1]._all[some] ** second
        mixed /= mixed.sum(axis=1, keepdims=True)
        return float(-np.log(mixed[np.arange(len(mixed)), label[some]]).mean())

    assert loss(*weights) <= min(loss(a, b) for a in grid for b in grid) + 1e-6
    redundant = ensemble.best_weights([members[0], members[2]], data)
    assert 0.5 * redundant[0] + 2 * redundant[1] == pytest.approx(1, abs=0.1)


def test_without_a_post_to_fit_on_all_members_count_the_same() -> None:
    member = Knows(np.full((3, 2), 0.5))
    assert ensemble.best_weights([member, member], split_data(np.zeros(0, int), 0)) == [0.5, 0.5]
    unknown = replace(split_data(np.zeros(3, int), 3), labels=("elsewhere",))
    assert ensemble.best_weights([member, member], unknown) == [0.5, 0.5]


def split_data(label: Int64s, posts: int) -> SplitData:
    return SplitData(
        ids=[f"p{n}" for n in range(posts)],
        lines=[str(n) for n in range(posts)],
        labels=("l0", "l1", "l2", "l3"),
        label=label.astype(np.int32),
        created=np.arange(posts, dtype=np.int64),
    )


def test_the_file_says_the_same_again(tmp_path: Path) -> None:
    curve = calibration.Curve(np.array([0, 0.5]), np.array([0, 0.4]))
    made = Manifest((Member("linear", "ab"), Member("fasttext", "cd")), (0.6, 0.4), curve)
    (tmp_path / "model").write_bytes(made.to_bytes())
    again = Manifest.read(tmp_path / "model")
    assert (again.members, again.weights) == (made.members, made.weights)
    assert again.to_bytes() == made.to_bytes()
    (tmp_path / "other").write_bytes(made.to_bytes().replace(b'"format":2', b'"format":3'))
    with pytest.raises(RefusedError, match="format 3"):
        Manifest.read(tmp_path / "other")


def test_an_average_is_an_execution_with_one_model_made_once(road: Road) -> None:
    store, both = road.store, [road.baseline.execution, road.candidate.execution]
    made = average(store, both, weights=[3, 1])
    execution = get(store, made.execution)
    assert (made.family, made.snapshot) == ("ensemble", road.snapshot.digest)
    assert execution.kind == "train"
    assert execution.params["params"] == {"of": both, "weights": [0.75, 0.25]}
    assert average(store, both, weights=[3, 1]) == made
    assert average(store, both, weights=[0.75, 0.25]) == made
    before = neighbours(store, execution).before
    assert {one.number for one in before} >= set(both)
    lines = load_split(store, road.snapshot, "valid").lines
    one, other, mean = (
        dense(load(store, model), lines) for model in (road.baseline, road.candidate, made)
    )
    product = np.maximum(one, 1e-6) ** 0.75 * np.maximum(other, 1e-6) ** 0.25
    np.testing.assert_allclose(mean, product / product.sum(axis=1, keepdims=True), atol=1e-4)
    judged = evaluate(store, made, road.snapshot)
    assert judged.metrics["accuracy"] > 0.5


def test_weights_that_nobody_gave_fit_half_of_validation(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "FEWEST", 5)
    bad = train(
        road.store, road.snapshot, model="fasttext", params={**QUICK, "epoch": "1", "lr": "0.001"}
    )
    made = average(road.store, [bad.execution, road.candidate.execution])
    metrics = get(road.store, made.execution).metrics
    assert metrics[f"weight_of_{road.candidate.execution}"] > 0.9
    assert metrics["calibrated_on"] > 0
    members = [get(road.store, one.execution) for one in (road.baseline, road.candidate)]
    assert metrics["model_mib"] == pytest.approx(sum(m.metrics["model_mib"] for m in members))


@pytest.mark.parametrize(
    ("count", "weights", "reason"),
    [
        (1, None, "at least two different models"),
        (2, [1.0], "2 models need 2 weights above 0"),
        (2, [1.0, 0.0], "2 models need 2 weights above 0"),
        (2, [1.0, float("nan")], "2 models need 2 weights above 0"),
        (2, [1.0, float("inf")], "2 models need 2 weights above 0"),
    ],
)
def test_what_makes_no_average_is_refused(
    road: Road, count: int, weights: list[float] | None, reason: str
) -> None:
    both = [road.baseline.execution, road.candidate.execution]
    with pytest.raises(InputError, match=reason):
        average(road.store, both[:count], weights=weights)
    with pytest.raises(InputError, match="at least two different models"):
        average(road.store, [both[0], both[0]])


def test_models_of_different_snapshots_are_not_averaged(road: Road) -> None:
    other, _ = create(road.store, Rules(fractions=(0.5, 0.4, 0.1)))
    model = train(road.store, other, model="fasttext", params=QUICK)
    with pytest.raises(RefusedError, match="different snapshots"):
        average(road.store, [road.baseline.execution, model.execution])


def test_a_member_whose_file_was_changed_is_not_loaded(road: Road) -> None:
    made = average(road.store, [road.baseline.execution, road.candidate.execution])
    overwrite(road.store.artifacts.open(road.candidate.digest), b"other")
    with pytest.raises(CorruptArtifactError):
        load(road.store, made)


def test_an_ensemble_of_an_ensemble_is_loaded(road: Road) -> None:
    both = [road.baseline.execution, road.candidate.execution]
    inner = average(road.store, both)
    outer = average(road.store, [inner.execution, both[0]])
    assert load(road.store, outer).labels == load(road.store, inner).labels


@pytest.mark.slow
def test_it_is_not_trained_and_its_noise_is_not_asked_for(road: Road) -> None:
    with pytest.raises(InputError, match="'ensemble' is not trained"):
        train(road.store, road.snapshot, model="ensemble")
    measure(road.store, road.snapshot, repeats=3, model="fasttext", params=QUICK)
    made = average(road.store, [road.baseline.execution, road.candidate.execution])
    evaluate(road.store, made, road.snapshot)
    compared = compare(road.store, pair(road.store, road.baseline.execution, made.execution))
    said_of_noise = [one for one in caveats(road.store, compared) if "noise" in one]
    assert all("cannot be measured" in one for one in said_of_noise)
    assert len(said_of_noise) == 1


def test_the_command_names_the_models_and_their_weights(road: Road) -> None:
    both = [str(road.baseline.execution), str(road.candidate.execution)]
    made = signoff("model", "average", *both, "--weights", "3,1")
    assert f"the average of #{both[0]} 0.750, #{both[1]} 0.250" in made.out
    wrong = signoff("model", "average", *both, "--weights", "a")
    assert "--weights 'a' are not numbers" in wrong.err
