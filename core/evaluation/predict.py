"""A classifier applied to every post of a split."""

from contextlib import closing

import numpy as np

from core.evaluation.prediction_table import PredictionTable, reindex
from core.evaluation.workers import SMALLER, Load, in_parts
from core.progress import Progress
from core.snapshots.content import SplitFile


def predict(
    load: Load, split: SplitFile, *, k: int, progress: Progress, memory_hint: str = SMALLER
) -> PredictionTable:
    """Apply the classifier that ``load`` gives to every post, in the posts' order.

    Raises as :func:`core.evaluation.workers.in_parts` does.
    """
    classifier = load()
    labels = np.empty((len(split), k), dtype=np.int32)
    probs = np.empty((len(split), k), dtype=np.float32)
    done = 0
    with closing(in_parts(classifier, load, split, k=k, memory_hint=memory_hint)) as parts:
        progress("Predicting", done, len(split))
        for said in parts:
            part = slice(done, done + len(said.labels))
            labels[part], probs[part] = said.labels, said.probabilities
            done = part.stop
            progress("Predicting", done, len(split))
    vocabulary = tuple(sorted({*classifier.labels, *split.labels}))
    return PredictionTable(
        post_id=split.ids.to_numpy(),
        label=reindex(split.labels, vocabulary)[split.label],
        top_labels=reindex(classifier.labels, vocabulary)[labels],
        top_probs=probs,
        vocabulary=vocabulary,
        model_labels=classifier.labels,
    )
