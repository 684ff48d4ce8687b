"""Posts become a linear model: n-grams, rows, weights, small weights."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.arrays import Int32s, Int64s
from core.errors import InputError
from core.progress import Progress
from core.snapshots.content import SplitData
from core.text import without_domain
from core.training.linear.blocks import Block, solve_blocks
from core.training.linear.features import Reads
from core.training.linear.model import LinearClassifier, LinearModel
from core.training.linear.reading import Reader
from core.training.linear.solver import Problem
from core.training.linear.vocabulary import Vocabulary
from core.training.linear.weights import rounded
from core.training.recency import recency

SAMPLE = 2_000
"""Posts on which the loss by dropping and rounding weights is measured."""


def train(
    data: SplitData,
    *,
    params: Mapping[str, Any],
    seed: int,
    threads: int,
    progress: Progress,
    unfinished: Path | None = None,
) -> LinearModel:
    """The model of these posts, the same to the bit for any number of threads.

    Args:
        params: see :data:`core.training.linear_family.PARAMETERS`.
        unfinished: see :class:`core.training.classifier.Family`; None: nothing is kept.

    Raises:
        InputError: there are no posts.
        MemoryError: they do not fit.
    """
    if not len(data):
        raise InputError("The training split is empty", "Choose a snapshot with training posts.")
    present, label = np.unique(data.label, return_inverse=True)
    words, problem = _problem(data, label.astype(np.int32), params, seed, threads, progress)
    sample = np.sort(problem.orders[0, :SAMPLE]).astype(np.int64)
    blocks = solve_blocks(
        problem,
        labels=len(present),
        least=params["prune"],
        sample=sample,
        threads=threads,
        progress=progress,
        folder=unfinished,
    )
    model = LinearModel(
        labels=tuple(data.labels[place] for place in present),
        keys=words.keys,
        idf=words.idf,
        weights=rounded(
            [block.weights for block in blocks], np.concatenate([block.bias for block in blocks])
        ),
        reads=_reads(params),
        made={"posts": len(data), "params": dict(params), "seed": seed},
    )
    lines = [data.lines[place] for place in sample]
    loss = rounding(model, blocks, lines, label[sample])
    return replace(model, made={**model.made, "rounding": loss})


def orders(posts: int, epochs: int, seed: int) -> Int32s:
    """The order in which each epoch takes the posts (int32, epochs x posts)."""
    rng = np.random.default_rng(seed)
    return np.stack([rng.permutation(posts).astype(np.int32) for _ in range(epochs)])


def rounding(
    model: LinearModel, blocks: list[Block], lines: list[str], label: Int64s
) -> dict[str, float]:
    """What dropping and rounding weights cost on a sample of the posts, which the model was
    trained on: accuracy before and after, and how many first predictions stayed the same.
    """
    before = np.concatenate([block.scores for block in blocks], axis=1).argmax(axis=1)
    after = LinearClassifier(model).predict(lines, k=1).labels[:, 0]
    return {
        "posts": len(lines),
        "same_first": float((before == after).mean()),
        "accuracy_before": float((before == label).mean()),
        "accuracy": float((after == label).mean()),
    }


def _problem(
    data: SplitData,
    label: Int32s,
    params: Mapping[str, Any],
    seed: int,
    threads: int,
    progress: Progress,
) -> tuple[Vocabulary, Problem]:
    with ThreadPoolExecutor(threads) as pool:
        reader = Reader(_lines(data, params, seed), _reads(params), pool, threads, progress)
        words = reader.vocabulary(min_df=params["min_df"])
        rows = reader.rows(words)
    return words, Problem(
        rows=rows,
        width=len(words),
        label=label,
        cost=(params["C"] * recency(data.created, params["half_life"])).astype(np.float32),
        positive=params["positive"],
        orders=orders(len(data), params["epochs"], seed),
    )


def _reads(params: Mapping[str, Any]) -> Reads:
    return Reads(characters=params["characters"], domain=params["domain"])


def _lines(data: SplitData, params: Mapping[str, Any], seed: int) -> list[str]:
    """The lines to learn from: some without their domain, so that the model can do without."""
    if not params["domain"]:
        return data.lines
    dropped = np.random.default_rng([seed, 1]).random(len(data)) < params["domain_dropout"]
    pairs = zip(data.lines, dropped.tolist(), strict=True)
    return [without_domain(line) if drop else line for line, drop in pairs]
