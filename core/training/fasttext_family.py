"""fastText (Joulin et al. 2017, "Bag of Tricks for Efficient Text Classification")."""

import re
import subprocess
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from core.arrays import Ints
from core.errors import InputError, SignoffError
from core.processes import python_words
from core.progress import Progress
from core.snapshots.content import SplitData
from core.store.artifacts import disk_full, storage_errors
from core.text import words_of
from core.training.calibration import learned
from core.training.classifier import Fitted
from core.training.fasttext_model import PREFIX, add_curve, load
from core.training.parameters import Parameter

MOST_FOR_OVA = 1_000
"""Subreddits. One against all takes time in proportion to them: hours for 2,500 and two million
posts, where hierarchical softmax takes minutes."""
# Chosen on the real posts; the figures are in docs/decisions/0004-linear-by-default.md.
PARAMETERS = (
    Parameter(
        name="loss",
        kind=str,
        default=None,
        said="{}",
        choices=("ova", "softmax", "hs", "ns"),
        help="One against all, softmax, hierarchical softmax, or negative sampling; auto: ova for"
        f" up to {MOST_FOR_OVA:,} subreddits, else hs.",
    ),
    Parameter(
        name="lr",
        title="learning rate",
        kind=float,
        default=0.5,
        above_low=True,
        tried=(0.1, 1),
        help="Learning rate.",
    ),
    Parameter(
        name="epoch",
        title="epochs",
        kind=int,
        default=10,
        low=1,
        tried=(5, 30),
        said="{} epochs",
        help="Passes over the posts.",
    ),
    Parameter(
        name="dim",
        title="vector length",
        kind=int,
        default=64,
        low=1,
        tried=(32, 128),
        help="Length of the vectors.",
    ),
    Parameter(
        name="wordNgrams",
        title="longest n-gram of words",
        kind=int,
        default=2,
        low=1,
        tried=(1, 3),
        help="Most words of an n-gram.",
    ),
    Parameter(
        name="minCount",
        title="fewest uses of a word",
        kind=int,
        default=2,
        low=1,
        tried=(1, 5),
        help="Fewest uses of a word.",
    ),
    Parameter(
        name="bucket",
        title="n-gram buckets",
        kind=int,
        default=500_000,
        help="Buckets for n-grams.",
    ),
    Parameter(
        name="minn",
        title="shortest part of a word",
        kind=int,
        default=0,
        help="Fewest letters of a part of a word.",
    ),
    Parameter(
        name="maxn",
        title="longest part of a word",
        kind=int,
        default=0,
        help="Most letters of a part of a word.",
    ),
    Parameter(
        name="ws", title="context window", kind=int, default=5, help="Size of the context window."
    ),
)
_PERCENT = re.compile(rb"Progress:\s*([\d.]+)%")
_FULL, _DIVERGED = b"disk full", b"Encountered NaN"
HALVINGS = 5
"""How often a training that diverges is begun again, each time at half the learning rate."""


class FastTextFamily:
    """Training in a process of its own, so that progress can be read and Ctrl-C is heard."""

    name = "fasttext"
    suffix = ".bin"
    version = 2  # 1 read the posts in the order of time
    parameters: tuple[Parameter, ...] = PARAMETERS
    varies = "the order in which posts are read (with several threads, chance adds to it)"
    packages: tuple[str, ...] = ("fasttext-community", "numpy")
    memory_hint = "train with a lower dim or bucket, for example with --param bucket=100000"
    load = staticmethod(load)

    def check(self, params: Mapping[str, Any]) -> None:
        """See :class:`core.training.classifier.Family`."""
        if params["minn"] > params["maxn"]:
            raise InputError("minn is larger than maxn", "Give a maxn of at least minn.")
        if params["bucket"] == 0 and (params["wordNgrams"] > 1 or params["maxn"] > 0):
            raise InputError(
                "bucket is 0, but pairs of words and parts of words need buckets",
                "Give a larger bucket, or set wordNgrams=1 and maxn=0.",
            )

    def settle(self, params: Mapping[str, Any], *, posts: int, labels: int) -> dict[str, Any]:
        """See :class:`core.training.classifier.Family`."""
        return {**params, "loss": params["loss"] or ("ova" if labels <= MOST_FOR_OVA else "hs")}

    def fit(
        self,
        train: SplitData,
        model: Path,
        *,
        calibration: SplitData,
        params: Mapping[str, Any],
        seed: int,
        threads: int,
        unfinished: Path,
        progress: Progress,
    ) -> Fitted:
        """See :class:`core.training.classifier.Family`.

        A training that diverges is begun again at half the learning rate, and again, at most
        :data:`HALVINGS` times.
        """
        text = model.with_suffix(".txt")
        order = np.random.default_rng(seed).permutation(len(train))
        write_training_text(train, text, order=order)
        options = {**params, "seed": seed, "thread": threads}
        call = {"input": str(text), "output": str(model), "options": options}
        rate = _train(call, model, progress)
        curve = learned(partial(load, model), calibration, progress)
        if curve is not None:
            with storage_errors(model):
                add_curve(model, curve)
        measured = {"calibrated_on": len(calibration) if curve is not None else 0}
        if rate == params["lr"]:
            return Fitted(measured)
        return Fitted(
            measured,
            note=f"fastText diverged at the learning rate {params['lr']:g}, and was trained at"
            f" {rate:g}.",
        )


def write_training_text(train: SplitData, path: Path, *, order: Ints) -> None:
    """The posts as fastText reads them: label and words, one post a line.

    Args:
        order: places of the posts, first to last.

    Each of fastText's threads begins at a part of its own and all stop together, so a thread that
    the machine holds up leaves its part half read. In the order of time those would be the oldest
    or the newest posts, and the model would depend on what else the machine does. Hence
    :meth:`FastTextFamily.fit` shuffles first; the figures are in
    docs/decisions/0008-shuffled-training.md.
    """
    prefixed = [PREFIX + label for label in train.labels]
    with storage_errors(path), path.open("w", encoding="utf-8") as file:
        labels = train.label
        for place in order.tolist():
            file.write(f"{prefixed[labels[place]]} {words_of(train.lines[place])}\n")


class _DivergedError(InputError):
    """The learning rate is too high for these posts."""


def _train(call: dict[str, Any], model: Path, progress: Progress) -> float:
    """Train at the learning rate of the call, or at the first of its halves that does not diverge;
    that rate.
    """
    options = call["options"]
    for rate in (options["lr"] / 2**n for n in range(HALVINGS)):
        try:
            _run({**call, "options": {**options, "lr": rate}}, model, progress)
        except _DivergedError:
            continue
        return float(rate)
    lowest = options["lr"] / 2**HALVINGS
    _run({**call, "options": {**options, "lr": lowest}}, model, progress)
    return float(lowest)


def _run(call: Mapping[str, Any], model: Path, progress: Progress) -> None:
    words = python_words("core.training.fasttext_child", orjson.dumps(call).decode())
    nothing = subprocess.DEVNULL
    with subprocess.Popen(words, stdin=nothing, stdout=nothing, stderr=subprocess.PIPE) as child:
        try:
            said = _follow(child, progress)
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        raise _explain(said, child.returncode, model)


def _follow(child: subprocess.Popen[bytes], progress: Progress) -> bytes:
    """Report the child's progress until it ends; the last of what it said."""
    if child.stderr is None:
        raise RuntimeError("the child was started without a pipe")
    said = b""
    while chunk := child.stderr.read1(4096):  # type: ignore[attr-defined]
        said = (said + chunk)[-8192:]
        percents = _PERCENT.findall(said)
        if percents:
            progress("Training", float(percents[-1]), 100)
    return said


def _explain(said: bytes, code: int, model: Path) -> SignoffError:
    if _FULL in said:
        return disk_full(model)
    if b"bad_alloc" in said or b"MemoryError" in said:
        code = -9  # memory ran out, and was refused instead of killed
    last = said.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
    if code < 0:
        return SignoffError(
            "The training process was killed, or ran out of memory",
            f"If it ran out of memory, {FastTextFamily.memory_hint}.",
        )
    if _DIVERGED in said:
        return _DivergedError(f"fastText refused to train: {last[0]}", "Give a lower --param lr.")
    named = [p.name for p in PARAMETERS if re.search(rf"\b{p.name}\b", last[0])]
    hint = f"Change --param {named[0]}." if named else "Try other values of --param."
    return InputError(f"fastText refused to train: {last[0]}", hint)
