"""A model that was made elsewhere goes the same road, and nothing it holds can hurt."""

from pathlib import Path

import numpy as np
import pytest
from onnx import helper

from core.errors import InputError, SignoffError
from core.evaluation import workers
from core.evaluation.evaluate import evaluate
from core.executions import get, listing
from core.release.check import check
from core.release.gate import GateVerdict
from core.snapshots import load_split
from core.training import calibration, onnx_model
from core.training.adopt import adopt
from core.training.average import average
from core.training.load import load
from core.training.onnx_model import OnnxClassifier, OnnxModel
from core.training.provenance import handed_in
from core.training.train import train
from tests.commands import signoff
from tests.conftest import Road
from tests.core.training.onnx_graphs import (
    LABELS,
    endless,
    folder,
    graph,
    greedy,
    tokenizer,
)

CONFUSED = helper.make_node("Identity", ["kept"], ["out"])


def model(**more: object) -> OnnxModel:
    values: dict[str, object] = {
        "graph": graph(),
        "tokenizer": tokenizer(),
        "labels": LABELS,
        "logits": True,
        "max_tokens": 256,
        "trained_on": None,
    }
    return OnnxModel(**(values | more))  # type: ignore[arg-type]


def first(classifier: OnnxClassifier, line: str) -> str:
    return classifier.labels[classifier.predict([line], k=1).labels[0, 0]]


def test_it_answers_in_the_order_of_its_labels() -> None:
    classifier = OnnxClassifier(model())
    assert classifier.labels == tuple(sorted(LABELS))
    assert first(classifier, "kitten whiskers") == "cats"
    assert first(classifier, "rocket\torbit\tnasa.gov") == "space"
    said = classifier.predict(["kitten", "", "rocket orbit orbit orbit", "unheard"], k=4)
    assert (np.diff(said.probabilities, axis=1) <= 0).all()
    np.testing.assert_allclose(said.probabilities.sum(axis=1), 1, rtol=1e-5)


def test_a_line_is_judged_the_same_alone_and_among_longer_ones() -> None:
    classifier = OnnxClassifier(model())
    lines = ["kitten " * n for n in range(100)]
    together = classifier.predict(lines, k=4)
    for place in (0, 1, 50, 99):
        alone = classifier.predict([lines[place]], k=4)
        np.testing.assert_allclose(together.probabilities[place], alone.probabilities[0], rtol=1e-6)


def test_what_stands_behind_the_last_token_does_not_count() -> None:
    short = OnnxClassifier(model(max_tokens=2))
    assert first(short, "kitten whiskers rocket rocket rocket") == "cats"
    assert first(OnnxClassifier(model()), "kitten whiskers rocket rocket rocket") == "space"


def test_the_file_says_the_same_again(tmp_path: Path) -> None:
    curve = calibration.Curve(np.array([0, 0.5]), np.array([0, 0.4]))
    made = model(trained_on=("a", "b"), curve=curve)
    made.save(tmp_path / "one")
    made.save(tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    again = OnnxModel.read(tmp_path / "one")
    assert (again.labels, again.trained_on, again.graph) == (LABELS, ("a", "b"), made.graph)
    assert again.curve is not None
    assert onnx_model.trained_on(tmp_path / "one") == ("a", "b")
    model().save(tmp_path / "three")
    assert onnx_model.trained_on(tmp_path / "three") is None


def test_probabilities_are_taken_as_they_are() -> None:
    softmax = helper.make_node("Softmax", ["logits"], ["out"], axis=1)
    sure = graph(extra=[softmax], output="out")
    one, other = OnnxClassifier(model(graph=sure, logits=False)), OnnxClassifier(model())
    lines = ["kitten", "rocket orbit"]
    np.testing.assert_allclose(
        one.predict(lines, k=4).probabilities, other.predict(lines, k=4).probabilities, rtol=1e-5
    )
    with pytest.raises(SignoffError, match="sum to more than 1"):
        OnnxClassifier(model(logits=False)).predict(["kitten whiskers"], k=1)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"graph": b"no graph"}, "model.onnx cannot be loaded"),
        ({"graph": b""}, "model.onnx cannot be loaded"),
        ({"tokenizer": b"{}"}, "tokenizer.json cannot be read"),
        ({"tokenizer": b"\xff"}, "tokenizer.json cannot be read"),
        ({"labels": LABELS[:3]}, "for 1 lines and 3 labels"),
        ({"graph": graph(extra=[CONFUSED], output="out")}, "for 1 lines and 4 labels"),
        (
            {"graph": graph(inputs=("input_ids", "attention_mask", "image"))},
            "The graph asks for image",
        ),
    ],
)
def test_what_gives_no_answer_is_refused(wrong: dict[str, object], reason: str) -> None:
    with pytest.raises(SignoffError, match=reason):
        OnnxClassifier(model(**wrong)).predict(["kitten"], k=1)


def test_numbers_that_are_none_are_refused() -> None:
    nothing = helper.make_node("Log", ["less"], ["out"])
    less = helper.make_node("Neg", ["many"], ["less"])
    many = helper.make_node("Exp", ["logits"], ["many"])
    bad = graph(extra=[many, less, nothing], output="out")
    with pytest.raises(SignoffError, match="not finite"):
        OnnxClassifier(model(graph=bad)).predict(["kitten"], k=1)


def test_a_graph_that_asks_for_too_much_memory_is_stopped() -> None:
    with pytest.raises(SignoffError, match="The graph failed"):
        OnnxClassifier(model(graph=greedy())).predict(["kitten"], k=1)


def test_a_graph_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_model, "SECONDS", 0.3)
    with pytest.raises(SignoffError, match=r"took more than 0.3 s"):
        OnnxClassifier(model(graph=endless())).predict(["kitten"], k=1)


def test_an_adopted_model_is_an_execution_made_once(road: Road, tmp_path: Path) -> None:
    made = adopt(road.store, folder(tmp_path / "made"), road.snapshot)
    run = get(road.store, made.execution)
    assert (made.family, made.snapshot, made.subreddits) == ("onnx", road.snapshot.digest, 4)
    assert run.kind == "train"
    assert run.params["params"] == {"logits": True, "max_tokens": 256}
    assert {"onnxruntime", "tokenizers"} <= set(run.environment["packages"])
    assert adopt(road.store, tmp_path / "made", road.snapshot) == made
    other = adopt(road.store, tmp_path / "made", road.snapshot, trained_on=["x"])
    assert other.execution > made.execution
    judged = evaluate(road.store, made, road.snapshot)
    assert judged.metrics["accuracy"] > 0.9


def test_it_predicts_in_other_processes(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "SMALL", 1)
    monkeypatch.setattr(workers, "cores", lambda: 2)
    made = adopt(road.store, folder(tmp_path / "made"), road.snapshot)
    judged = evaluate(road.store, made, road.snapshot, split="train")
    lines = load_split(road.store, road.snapshot, "train")
    said = load(road.store, made).predict(lines.lines, k=1)
    names = [load(road.store, made).labels[label] for label in said.labels[:, 0]]
    right = np.mean(
        [name == lines.labels[label] for name, label in zip(names, lines.label, strict=True)]
    )
    assert judged.metrics["accuracy"] == pytest.approx(right)


def test_it_is_calibrated_like_any_other(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "FEWEST", 5)
    made = adopt(road.store, folder(tmp_path / "made"), road.snapshot)
    assert get(road.store, made.execution).metrics["calibrated_on"] > 0
    assert OnnxModel.read(road.store.artifacts.open(made.digest)).curve is not None


def test_what_it_was_trained_on_is_unknown_until_somebody_says(road: Road, tmp_path: Path) -> None:
    made = folder(tmp_path / "made")
    unknown = adopt(road.store, made, road.snapshot)
    known = adopt(road.store, made, road.snapshot, trained_on=["p1", "p2", "p1"])
    assert handed_in(road.store, unknown.family, unknown.digest) is None
    assert handed_in(road.store, known.family, known.digest) == ("p1", "p2")
    assert handed_in(road.store, road.baseline.family, road.baseline.digest) == ()
    mixed = average(road.store, [unknown.execution, road.baseline.execution])
    assert handed_in(road.store, mixed.family, mixed.digest) is None
    sure = average(road.store, [known.execution, road.baseline.execution])
    assert handed_in(road.store, sure.family, sure.digest) == ("p1", "p2")
    for one, names in ((unknown, ["training_posts"]), (known, []), (mixed, ["training_posts"])):
        gates = check(road.store, one.execution).gates
        asked = [gate for gate in gates if gate.name == "training_posts"]
        assert [gate.name for gate in asked] == names
        assert all(gate.verdict == GateVerdict.INCONCLUSIVE for gate in asked)


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("model.onnx", None, "There is no model.onnx"),
        ("tokenizer.json", None, "There is no tokenizer.json"),
        ("labels.json", None, "There is no labels.json"),
        ("labels.json", b"cats", "not a list of different subreddits"),
        ("labels.json", b"{}", "not a list of different subreddits"),
        ("labels.json", b"[]", "not a list of different subreddits"),
        ("labels.json", b'["cats", 1]', "not a list of different subreddits"),
        ("labels.json", b'["cats", "Cats", "x", "y"]', "not a list of different subreddits"),
        ("labels.json", b'["cats", "space"]', "2 labels"),
    ],
)
def test_a_folder_that_lacks_something_is_refused(
    road: Road, tmp_path: Path, file: str, content: bytes | None, reason: str
) -> None:
    made = folder(tmp_path / "made")
    (made / file).unlink()
    if content is not None:
        (made / file).write_bytes(content)
    before = len(listing(road.store))
    with pytest.raises(SignoffError, match=reason):
        adopt(road.store, made, road.snapshot)
    assert len(listing(road.store)) == before


def test_tokens_out_of_range_and_training_it_are_refused(road: Road, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="out of range"):
        adopt(road.store, tmp_path, road.snapshot, max_tokens=0)
    with pytest.raises(InputError, match="'onnx' is not trained"):
        train(road.store, road.snapshot, model="onnx")


def test_the_command_says_what_is_not_known(road: Road, tmp_path: Path) -> None:
    made = folder(tmp_path / "made")
    snapshot = ["--snapshot", road.snapshot.id]
    said = signoff("model", "adopt", made, *snapshot)
    assert said.code == 0, said.err
    assert "a model of 4 subreddits was adopted" in said.out
    assert "it may have seen test posts" in said.out
    (tmp_path / "ids.txt").write_text("p1\np2\n")
    known = signoff("model", "adopt", made, *snapshot, "--trained-on", tmp_path / "ids.txt")
    assert known.code == 0, known.err
    assert "may have seen" not in known.out
    missing = signoff("model", "adopt", made, *snapshot, "--trained-on", tmp_path / "none.txt")
    assert "cannot be read" in missing.err
