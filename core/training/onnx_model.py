"""A model that was made elsewhere, such as a transformer, as ONNX with its tokenizer.

One file holds all of it (ZIP, not compressed). It runs by ONNX Runtime on one thread, within limits
of memory and time: a graph has no code, but can ask for more than there is.
"""

import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from core.arrays import Floats
from core.errors import InputError, RefusedError, SignoffError
from core.text import words_of
from core.training.calibration import Curve
from core.training.classifier import Predictions

NAME = "onnx"
SUFFIX = ".zip"
FORMAT = 1
GRAPH, TOKENIZER, ABOUT, TRAINED_ON = "model.onnx", "tokenizer.json", "about.json", "trained_on.txt"
BATCH = 32
"""Lines predicted at once; neighbours in length, so that little is padding."""
MEMORY = 4 << 30
"""Bytes that all graphs of a process may ask for, weights included."""
SECONDS = 60.0
"""How long a batch may take."""
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
"""What a graph may ask for (int64, lines x tokens)."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every member: the same content gives the same bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxModel:
    """What the file holds.

    Attributes:
        graph, tokenizer: the bytes of ``model.onnx`` and ``tokenizer.json``.
        labels: the subreddit of each of the graph's outputs.
        logits: whether these become probabilities by softmax; else they are some.
        max_tokens: of a line; the rest is cut off.
        trained_on: ids of the posts that it was trained on; None: not known.
    """

    graph: bytes
    tokenizer: bytes
    labels: tuple[str, ...]
    logits: bool
    max_tokens: int
    trained_on: tuple[str, ...] | None
    curve: Curve | None = None

    def save(self, path: Path) -> None:
        """Write the file: the same bytes for the same model."""
        curve = self.curve
        about = {
            "format": FORMAT,
            "labels": self.labels,
            "logits": self.logits,
            "max_tokens": self.max_tokens,
            "curve": None if curve is None else [curve.said.tolist(), curve.right.tolist()],
        }
        members = {
            GRAPH: self.graph,
            TOKENIZER: self.tokenizer,
            ABOUT: orjson.dumps(about, option=orjson.OPT_SORT_KEYS),
        }
        if self.trained_on is not None:
            members[TRAINED_ON] = "\n".join(self.trained_on).encode()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
            for name, content in members.items():
                file.writestr(zipfile.ZipInfo(name, _EPOCH), content)

    @classmethod
    def read(cls, path: Path) -> "OnnxModel":
        """What :meth:`save` wrote.

        Raises:
            RefusedError: another version of Signoff wrote it.
        """
        with zipfile.ZipFile(path) as file:
            about: Mapping[str, Any] = orjson.loads(file.read(ABOUT))
            if about["format"] != FORMAT:
                raise RefusedError(
                    f"The model's file has format {about['format']}, but this Signoff reads"
                    f" {FORMAT}",
                    "Adopt the model with this Signoff.",
                )
            return cls(
                graph=file.read(GRAPH),
                tokenizer=file.read(TOKENIZER),
                labels=tuple(about["labels"]),
                logits=about["logits"],
                max_tokens=about["max_tokens"],
                trained_on=_trained_on(file),
                curve=None if about["curve"] is None else Curve(*map(np.array, about["curve"])),
            )


def trained_on(path: Path) -> tuple[str, ...] | None:
    """Of a file of :meth:`OnnxModel.save`, without reading the rest of it."""
    with zipfile.ZipFile(path) as file:
        return _trained_on(file)


class OnnxClassifier:
    """A model that is ready to predict.

    Raises:
        InputError: tokenizer or graph cannot be read, or the graph asks for unknown inputs.
        SignoffError: ONNX Runtime is not installed.
    """

    def __init__(self, model: OnnxModel) -> None:
        self._model = model
        self._tokenizer = _tokenizer(model)
        self._session = _session(model.graph)
        self._inputs = [one.name for one in self._session.get_inputs()]
        if unknown := sorted(set(self._inputs) - set(INPUTS)):
            raise InputError(
                f"The graph asks for {', '.join(unknown)}",
                f"Export it with the inputs {', '.join(INPUTS)}, or some of them.",
            )
        # The order of the labels is the graph's; everybody else expects them sorted.
        self._order = np.argsort(np.array(model.labels, dtype=object))
        self._labels = tuple(sorted(model.labels))

    @property
    def labels(self) -> tuple[str, ...]:
        return self._labels

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        """See :class:`core.training.classifier.Classifier`.

        Raises:
            SignoffError: the graph asked for too much memory or time, or its answer is unusable.
        """
        said = Predictions.none(len(lines), k)
        encoded = self._tokenizer.encode_batch([words_of(line) for line in lines])
        order = np.argsort([len(one.ids) for one in encoded], kind="stable")
        for start in range(0, len(order), BATCH):
            some = order[start : start + BATCH]
            probabilities = self._probabilities([encoded[place] for place in some.tolist()])
            best = Predictions.best(probabilities[:, self._order], k)
            said.labels[some], said.probabilities[some] = best.labels, best.probabilities
        return said if self._model.curve is None else self._model.curve.applied(said)

    def _probabilities(self, encoded: Sequence[Any]) -> Floats:
        length = max(1, *(len(one.ids) for one in encoded))
        fields = {
            "input_ids": [one.ids for one in encoded],
            "attention_mask": [one.attention_mask for one in encoded],
            "token_type_ids": [one.type_ids for one in encoded],
        }
        asked = {name: _padded(fields[name], length) for name in self._inputs}
        scores = np.asarray(_run(self._session, asked), dtype=np.float64)
        if scores.shape != (len(encoded), len(self._labels)) or not np.isfinite(scores).all():
            raise SignoffError(
                f"The graph gave numbers of the shape {scores.shape} for {len(encoded)} lines and"
                f" {len(self._labels)} labels, or some that are not finite",
                "Its first output must be one finite number for each line and label.",
            )
        if self._model.logits:
            odds = np.exp(scores - scores.max(axis=1, keepdims=True))
            return np.asarray(odds / odds.sum(axis=1, keepdims=True))
        total = scores.sum(axis=1)
        if (scores < 0).any() or (total > 1 + 1e-3).any():
            raise SignoffError(
                "The graph's probabilities are below 0, or sum to more than 1",
                "Adopt it with --logits if softmax makes them probabilities.",
            )
        return np.asarray(scores / np.maximum(total, 1)[:, None])


def load(path: Path) -> OnnxClassifier:
    """The model of a file. Raises as :meth:`OnnxModel.read` and :class:`OnnxClassifier` do."""
    return OnnxClassifier(OnnxModel.read(path))


def _trained_on(file: zipfile.ZipFile) -> tuple[str, ...] | None:
    if TRAINED_ON not in file.namelist():
        return None
    return tuple(file.read(TRAINED_ON).decode().split())


def _padded(rows: Sequence[Sequence[int]], length: int) -> NDArray[np.int64]:
    """Zeros behind each row: the mask says which tokens are none."""
    made = np.zeros((len(rows), length), dtype=np.int64)
    for place, row in enumerate(rows):
        made[place, : len(row)] = row
    return made


def _tokenizer(model: OnnxModel) -> Any:
    with _installed():
        from tokenizers import Tokenizer
    try:
        tokenizer = Tokenizer.from_buffer(model.tokenizer)
    except Exception as error:  # the library raises nothing more exact
        raise InputError(
            f"{TOKENIZER} cannot be read: {error}", "Save it with the library tokenizers."
        ) from error
    tokenizer.enable_truncation(model.max_tokens)
    tokenizer.no_padding()
    return tokenizer


def _session(graph: bytes) -> Any:
    with _installed():
        import onnxruntime
    _limit_memory()
    options = onnxruntime.SessionOptions()
    # One thread: others would not live in forked processes, and a server has one for each request.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library raises nothing more exact
        raise InputError(
            f"{GRAPH} cannot be loaded: {_first_line(error)}",
            "Export it to one file of at most 2 GB, with the standard operators only.",
        ) from error


@cache
def _limit_memory() -> None:
    """Once in a process."""
    import onnxruntime

    cpu = onnxruntime.OrtMemoryInfo(
        "Cpu",
        onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR,
        0,
        onnxruntime.OrtMemType.DEFAULT,
    )
    arena = onnxruntime.OrtArenaCfg({"max_mem": MEMORY, "arena_extend_strategy": 1})
    onnxruntime.create_and_register_allocator(cpu, arena)


def _run(session: Any, inputs: Mapping[str, NDArray[np.int64]]) -> Any:
    import onnxruntime

    options = onnxruntime.RunOptions()
    options.log_severity_level = 4
    timer = threading.Timer(SECONDS, setattr, (options, "terminate", True))
    timer.start()
    try:
        return session.run(None, dict(inputs), options)[0]
    except Exception as error:  # the library raises nothing more exact
        late = options.terminate
        raise SignoffError(
            f"The graph took more than {SECONDS:g} s"
            if late
            else f"The graph failed: {_first_line(error)}",
            f"A graph may take {SECONDS:g} s for {BATCH} lines, and {MEMORY >> 30} GiB.",
        ) from error
    finally:
        timer.cancel()


@contextmanager
def _installed() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise SignoffError(
            f"Models of the kind {NAME} need packages that are not installed",
            "Install them: pip install 'signoff[onnx]'.",
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
