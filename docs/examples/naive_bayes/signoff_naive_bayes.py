"""A model family for Signoff: multinomial naive Bayes on single words."""

import numpy as np

from core.training.classifier import Fitted, Predictions
from core.training.parameters import Parameter


class NaiveBayes:
    def __init__(self, path):
        with np.load(path) as file:  # never pickle: a model file must not be able to run code
            self.labels, self.prior = tuple(file["labels"].tolist()), file["prior"]
            self.scores = file["scores"]
            self.column = {word: place for place, word in enumerate(file["words"])}

    def predict(self, lines, *, k):
        known = [[self.column[w] for w in line.split() if w in self.column] for line in lines]
        logs = [self.prior + self.scores[:, columns].sum(axis=1) for columns in known]
        logs = np.reshape(logs, (len(lines), len(self.labels)))
        odds = np.exp(logs - logs.max(axis=1, keepdims=True))
        return Predictions.best(odds / odds.sum(axis=1, keepdims=True), k)


class Family:
    name, suffix, version, varies = "naive-bayes", ".npz", 1, "nothing"
    alpha = Parameter(name="alpha", kind=float, default=0.1, above_low=True, help="Smoothing.")
    parameters, packages = (alpha,), ("numpy",)
    memory_hint = "train on fewer posts"
    load = staticmethod(NaiveBayes)

    def check(self, params): ...

    def settle(self, params, *, posts, labels):
        return dict(params)

    def fit(self, train, model, *, calibration, params, seed, threads, unfinished, progress):
        words = sorted({word for line in train.lines for word in line.split()})
        column = {word: place for place, word in enumerate(words)}
        present, label = np.unique(train.label, return_inverse=True)
        counts = np.full((len(present), len(words)), params["alpha"])
        for row, line in zip(label, train.lines, strict=True):
            np.add.at(counts[row], [column[word] for word in line.split()], 1)
        scores = np.log(counts / counts.sum(axis=1, keepdims=True))
        labels = [train.labels[place] for place in present]
        np.savez(model, labels=labels, words=words, scores=scores, prior=np.log(np.bincount(label)))
        return Fitted()


family = Family()
