"""fastText in a process of its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import InputError, SignoffError, StorageError
from core.progress import Progress, silent
from core.training import fasttext_family
from core.training.classifier import ABSENT
from core.training.families import chosen
from core.training.fasttext_child import expected_size
from core.training.fasttext_family import FastTextFamily, write_training_text
from core.training.fasttext_model import PREFIX, FastTextClassifier
from tests.factories import QUICK, make_corpus, make_post, make_split

DATA, NONE = make_split(make_corpus(posts=20)), make_split([])


def fit(
    path: Path, given: Mapping[str, str] = QUICK, *, seed: int = 0, progress: object = silent
) -> Path:
    kind = FastTextFamily()
    params = chosen(kind, {**QUICK, **given}, posts=80, labels=4)
    settings = {"params": params, "seed": seed, "threads": 1, "progress": progress}
    kind.fit(DATA, path, calibration=NONE, unfinished=path.parent, **settings)  # type: ignore[arg-type]
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tmp_path / "model.bin"


def test_one_thread_and_one_seed_give_the_same_bytes(tmp_path: Path) -> None:
    one, same, other = (
        fit(tmp_path / f"{n}.bin", seed=seed).read_bytes() for n, seed in enumerate((1, 1, 2))
    )
    assert one == same
    assert one != other


@pytest.mark.parametrize("loss", ["ova", "softmax", "hs", "ns"])
def test_every_loss_gives_probabilities_most_probable_first(model: Path, loss: str) -> None:
    classifier = FastTextFamily().load(fit(model, {"loss": loss}))
    assert classifier.labels == DATA.labels
    said = classifier.predict(DATA.lines, k=3)
    assert said.labels.shape == said.probabilities.shape == (len(DATA), 3)
    assert (said.probabilities >= 0).all()
    assert (said.probabilities <= 1).all()
    assert (np.diff(said.probabilities, axis=1) <= 0).all()


def test_what_was_learnt_is_said(model: Path) -> None:
    classifier = FastTextFamily().load(fit(model, {"epoch": "20"}))
    said = classifier.predict(["kitten whiskers purring", "rocket orbit lunar"], k=1)
    assert [classifier.labels[label] for label in said.labels[:, 0]] == ["cats", "space"]


def test_more_predictions_than_labels_are_filled_up_with_none(model: Path) -> None:
    said = FastTextFamily().load(fit(model)).predict(["kitten"], k=6)
    assert (said.labels[0, 4:] == ABSENT).all()
    assert (said.probabilities[0, 4:] == 0).all()
    assert sorted(said.labels[0, :4]) == [0, 1, 2, 3]


@pytest.mark.parametrize("loss", ["ova", "hs"])
def test_predictions_are_those_of_fasttext_itself(model: Path, loss: str) -> None:
    import fasttext

    classifier = FastTextFamily().load(fit(model, {"loss": loss}))
    lines = [*DATA.lines, "", "words never seen"]
    said = classifier.predict(lines, k=3)
    itself = fasttext.load_model(str(model))
    for row, line in enumerate(lines):
        names, values = itself.predict(line, k=4)
        scores = np.clip(np.array(values, dtype=np.float32), 0, 1).tolist()
        ranked = sorted(zip([-score for score in scores], names, strict=True))[:3]
        known = said.labels[row][said.labels[row] != ABSENT]
        assert [PREFIX + classifier.labels[label] for label in known] == [n for _, n in ranked]
        assert said.probabilities[row, : len(ranked)].tolist() == [-score for score, _ in ranked]


def test_no_lines_give_no_predictions(model: Path) -> None:
    assert FastTextFamily().load(fit(model)).predict([], k=5).labels.shape == (0, 5)


def test_progress_grows_to_the_whole(model: Path) -> None:
    seen: list[float] = []
    fit(model, progress=lambda _step, done, _total: seen.append(done))
    assert seen == sorted(seen)
    assert seen[-1] == 100


@pytest.mark.parametrize(
    "given", [{}, {"wordNgrams": "1", "bucket": "0"}, {"minn": "2", "maxn": "3"}, {"loss": "hs"}]
)
def test_the_expected_size_is_the_real_one(model: Path, given: dict[str, str]) -> None:
    import fasttext

    fit(model, given)
    assert expected_size(fasttext.load_model(str(model))) == model.stat().st_size


def test_nothing_but_the_model_is_left_of_use(model: Path) -> None:
    fit(model)
    assert sorted(path.name for path in model.parent.glob("model*")) == ["model.bin", "model.txt"]


def test_the_training_text_has_one_post_a_line(tmp_path: Path) -> None:
    posts = [make_post(title="Why?\nBecause", subreddit="cats"), make_post(subreddit="space")]
    write_training_text(make_split(posts), tmp_path / "text", order=np.array([1, 0]))
    lines = (tmp_path / "text").read_text().splitlines()
    assert lines == ["__label__space why does my kitten purr", "__label__cats why ? because"]


@pytest.mark.slow
def test_the_posts_are_read_in_an_order_that_the_seed_alone_decides(tmp_path: Path) -> None:
    texts = [
        fit(tmp_path / f"{n}.bin", seed=seed).with_suffix(".txt").read_text().splitlines()
        for n, seed in enumerate((1, 1, 2))
    ]
    write_training_text(DATA, tmp_path / "by-time.txt", order=np.arange(len(DATA)))
    by_time = (tmp_path / "by-time.txt").read_text().splitlines()
    assert sorted(texts[0]) == sorted(texts[2]) == sorted(by_time)
    assert texts[0] == texts[1]
    assert texts[0] != by_time
    assert texts[0] != texts[2]


class Saturated:
    """A model of fastText that is as sure of many labels as it can be, the commonest first."""

    labels = tuple(f"{PREFIX}{name}" for name in (*"zyxwvutsrqponmlkjihg", *"abcdef"))

    def predict(self, lines: list[str], k: int) -> tuple[list[list[str]], list[np.ndarray]]:
        scores = np.array([1.00001] * 20 + [0.5] * 6, dtype=np.float32)
        return [list(self.labels[:k]) for _ in lines], [scores[:k] for _ in lines]


@pytest.mark.parametrize("k", [1, 5, 13, 22, 26])
def test_of_equal_probabilities_the_first_label_is_first_however_many_there_are(k: int) -> None:
    classifier = FastTextClassifier(Saturated())
    said = classifier.predict(["x", "y"], k=k)
    expected = [*"ghijklmnopqrstuvwxyz", *"abcdef"][:k]
    for row in said.labels:
        assert [classifier.labels[place] for place in row] == expected
    assert said.probabilities[0].tolist() == [1.0] * min(k, 20) + [0.5] * max(0, k - 20)


def test_what_diverges_is_trained_again_at_half_the_rate(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = []
    run = fasttext_family._run

    def diverges_twice(call: dict[str, Any], path: Path, progress: Progress) -> None:
        rates.append(call["options"]["lr"])
        if len(rates) < 3:
            raise fasttext_family._DivergedError("Encountered NaN.", "")
        run(call, path, progress)

    monkeypatch.setattr(fasttext_family, "_run", diverges_twice)
    kind = FastTextFamily()
    params = chosen(kind, {**QUICK, "lr": "0.8"}, posts=80, labels=4)
    settings = {"params": params, "seed": 0, "threads": 1, "progress": silent}
    fitted = kind.fit(DATA, model, calibration=NONE, unfinished=model.parent, **settings)
    assert rates == [0.8, 0.4, 0.2]
    assert fitted.note == "fastText diverged at the learning rate 0.8, and was trained at 0.2."
    assert model.exists()


@pytest.mark.parametrize(("labels", "loss"), [(2, "ova"), (1_000, "ova"), (2_500, "hs")])
def test_the_loss_that_is_left_open_depends_on_the_number_of_subreddits(
    labels: int, loss: str
) -> None:
    kind = FastTextFamily()
    assert chosen(kind, {}, posts=80, labels=labels)["loss"] == loss
    assert chosen(kind, {"loss": "softmax"}, posts=80, labels=labels)["loss"] == "softmax"


def test_what_fasttext_refuses_is_told_in_its_words(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fasttext_family, "HALVINGS", 1)
    with pytest.raises(InputError, match="fastText refused to train: Encountered NaN"):
        fit(model, {"lr": "1e9"})
    assert not model.exists()


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("Invalid argument: bucket must be positive", "Change --param bucket."),
        ("Cannot use stdin for training!", "Try other values of --param."),
    ],
)
def test_a_parameter_is_named_only_where_fasttext_names_one(
    model: Path, monkeypatch: pytest.MonkeyPatch, said: str, hint: str
) -> None:
    run_instead(monkeypatch, f"import sys; sys.exit({said!r})")
    with pytest.raises(InputError, match="fastText refused to train") as caught:
        fit(model)
    assert str(caught.value.hint) == hint


def test_a_killed_training_says_so(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_instead(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(SignoffError, match="was killed, or ran out of memory") as caught:
        fit(model)
    assert "memory" in str(caught.value.hint)


def test_a_training_that_says_nothing_is_an_error_too(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_instead(monkeypatch, "raise SystemExit(3)")
    with pytest.raises(InputError, match="no message"):
        fit(model)


def test_a_model_cut_short_by_a_full_disk_is_removed_and_the_disk_named(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_files_at = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    cut_files_at += "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));"
    child = "from core.training.fasttext_child import main; raise SystemExit(main(sys.argv[-1]))"
    run_instead(monkeypatch, f"import sys; {cut_files_at} {child}")
    with pytest.raises(StorageError) as caught:
        fit(model)
    assert "full" in caught.value.reason
    assert str(model.parent) in caught.value.reason
    assert not model.exists()


def run_instead(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Have Python run ``code`` where it would run the child's module."""
    real = fasttext_family.subprocess.Popen

    def start(words: list[str], **options: object) -> object:
        return real([words[0], "-c", code, words[-1]], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(fasttext_family.subprocess, "Popen", start)
