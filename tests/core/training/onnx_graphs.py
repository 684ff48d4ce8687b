"""Small ONNX classifiers of words, sound ones and others."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from tests.factories import WORDS

LABELS = ("space", "cats", "python", "cooking")
"""In the order of the graph's outputs, which is not the alphabet's."""
INT, FLOAT = TensorProto.INT64, TensorProto.FLOAT


def vocabulary(words: Mapping[str, Sequence[str]] = WORDS) -> list[str]:
    return ["[UNK]", *sorted({word for some in words.values() for word in some})]


def tokenizer() -> bytes:
    """One token for each word of the tests' subreddits."""
    known = {word: place for place, word in enumerate(vocabulary())}
    made = Tokenizer(WordLevel(known, unk_token="[UNK]"))  # noqa: S106 - not a password
    made.pre_tokenizer = Whitespace()
    return made.to_str().encode()


def graph(
    *,
    labels: Sequence[str] = LABELS,
    extra: Sequence[object] = (),
    constants: Sequence[object] = (),
    output: str = "logits",
    inputs: Sequence[str] = ("input_ids", "attention_mask"),
) -> bytes:
    """Adds up a weight for each word of a subreddit, and of masked tokens nothing.

    Args:
        extra, constants: more nodes behind ``logits``, which make ``output``.
    """
    weights = np.zeros((len(vocabulary()), len(labels)), dtype=np.float32)
    for place, word in enumerate(vocabulary()):
        for column, label in enumerate(labels):
            weights[place, column] = 2.0 * (word in WORDS.get(label, ()))
    nodes = [
        helper.make_node("Gather", ["weights", "input_ids"], ["each"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=FLOAT),
        helper.make_node("Unsqueeze", ["mask", "two"], ["wide"]),
        helper.make_node("Mul", ["each", "wide"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "one"], ["logits"], keepdims=0),
        *extra,
    ]
    tensors = [
        helper.make_tensor("weights", FLOAT, weights.shape, weights.ravel()),
        helper.make_tensor("one", INT, [1], [1]),
        helper.make_tensor("two", INT, [1], [2]),
        *constants,
    ]
    asked = [helper.make_tensor_value_info(name, INT, ["lines", "tokens"]) for name in inputs]
    told = [helper.make_tensor_value_info(output, FLOAT, None)]
    made = helper.make_model(
        helper.make_graph(nodes, "words", asked, told, tensors),
        opset_imports=[helper.make_opsetid("", 18)],
    )
    made.ir_version = 10
    return bytes(made.SerializeToString())


def greedy() -> bytes:
    """Asks for 36 GB."""
    extra = [
        helper.make_node("ReduceSum", ["logits"], ["sum"], keepdims=1),
        helper.make_node("Expand", ["sum", "huge"], ["large"]),
        helper.make_node("ReduceSum", ["large"], ["total"], keepdims=1),
        helper.make_node("Add", ["logits", "total"], ["out"]),
    ]
    huge = helper.make_tensor("huge", INT, [2], [300_000, 30_000])
    return graph(extra=extra, constants=[huge], output="out")


def endless() -> bytes:
    """Squares a matrix for hours."""
    body = helper.make_graph(
        [
            helper.make_node("MatMul", ["before", "before"], ["squared"]),
            helper.make_node("Tanh", ["squared"], ["after"]),
            helper.make_node("Identity", ["go"], ["going"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("round", INT, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("before", FLOAT, [256, 256]),
        ],
        [
            helper.make_tensor_value_info("going", TensorProto.BOOL, []),
            helper.make_tensor_value_info("after", FLOAT, [256, 256]),
        ],
    )
    extra = [
        helper.make_node("Loop", ["rounds", "yes", "start"], ["end"], body=body),
        helper.make_node("ReduceSum", ["end"], ["total"], keepdims=1),
        helper.make_node("Add", ["logits", "total"], ["out"]),
    ]
    constants = [
        helper.make_tensor("rounds", INT, [], [10**9]),
        helper.make_tensor("yes", TensorProto.BOOL, [], [True]),
        helper.make_tensor("start", FLOAT, [256, 256], np.full(256 * 256, 0.01)),
    ]
    return graph(extra=extra, constants=constants, output="out")


def folder(path: Path, *, made: bytes | None = None, labels: Sequence[str] = LABELS) -> Path:
    """What a team hands in."""
    path.mkdir(exist_ok=True)
    (path / "model.onnx").write_bytes(graph() if made is None else made)
    (path / "tokenizer.json").write_bytes(tokenizer())
    (path / "labels.json").write_text(json.dumps(list(labels)))
    return path
