"""How far estimates without labels err on real posts, as models age, and how others do.

Models are trained on the posts before each of some cut-offs, a quarter of a year or a month apart:
on eight ninths of them, validated on the newest ninth. The windows of each are the weeks from its
cut-off on. A model is estimated if two earlier ones can be learned from, by their windows before
its cut-off.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from bench import label_free_peers as peers
from bench import report
from bench.measure import note
from bench.posts import imported
from bench.scratch import SCRATCH
from core.arrays import Int32s
from core.drift.estimate import Estimator, Known, Past, known
from core.progress import silent
from core.snapshots import create
from core.snapshots.content import SplitData
from core.snapshots.read import load_split
from core.snapshots.rules import Rules
from core.stats.label_free import FEWEST_MODELS
from core.stats.predictions import Predictions
from core.stats.recalibration import Recalibration, recalibrated
from core.text import NORMALISER
from core.training.calibration import calibrates
from core.training.classifier import Classifier
from core.training.families import chosen, family

WEEK = 7 * 86_400
NEWEST = 1_354_320_000
"""2012-12-01: 33 weeks of posts come after it."""
QUARTERS = tuple(NEWEST + 13 * WEEK * quarter for quarter in range(-7, 2))
MONTHS = tuple(
    np.arange("2012-05", "2013-06", dtype="datetime64[M]")
    .astype("datetime64[s]")
    .astype(int)
    .tolist()
)
"""As ``signoff backtest`` chooses them, from a quarter of the posts on."""
MOST_WEEKS, FEWEST_POSTS = 40, 50
VALIDATED = 8
"""So many posts are trained on for each that validates."""
K, AT_ONCE = 5, 2_000
OURS, UNCORRECTED, CHANCE = "ours", "uncorrected", "(chance)"
MOST_ERROR, MOST_OF_CBPE = 0.010, 0.4


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is trained, and when. ``calibrated``: as every training is; else what the model itself
    says.
    """

    name: str
    family: str
    params: Mapping[str, str]
    calibrated: bool
    cutoffs: Sequence[int]


LINEAR = Configuration("linear", "linear", {}, calibrated=True, cutoffs=QUARTERS)
SOFTMAX = Configuration(
    "fastText softmax",
    "fasttext",
    {"loss": "softmax", "epoch": "5"},
    calibrated=False,
    cutoffs=QUARTERS,
)
CONFIGURATIONS = (
    *(LINEAR, replace(LINEAR, name="linear, monthly", cutoffs=MONTHS)),
    *(SOFTMAX, replace(SOFTMAX, name="fastText softmax, monthly", cutoffs=MONTHS)),
)
PEERS: Mapping[str, peers.Peer] = {
    "mean p@1": peers.mean_p_at_1,
    "CBPE": peers.cbpe,
    "PAPE": peers.pape,
    "ATC, p@1": peers.atc_confidence,
    "ATC, entropy": peers.atc_entropy,
}
FIGURES = {"accuracy": "accuracy", "f1_macro": "macro F1", "recall_at_5": "recall@5"}


@dataclass(frozen=True)
class Aged:
    """What a model said of its validation split, and of the weeks since its cut-off.

    ``at``: the middle of the validation split, in epoch seconds.
    """

    cutoff: int
    trained: int
    at: float
    validation: Predictions
    weeks: Sequence[tuple[int, Predictions]]
    labels: int

    @cached_property
    def recalibration(self) -> Recalibration:
        """What the validation split shows."""
        return recalibrated(self.validation, labels=self.labels)

    @cached_property
    def reference(self) -> Known:
        """The validation split."""
        return known(self.validation, self.recalibration, labels=self.labels, at=self.at)

    @cached_property
    def known(self) -> list[Known]:
        """The weeks."""
        return [
            known(said, self.recalibration, labels=self.labels, at=begins + WEEK / 2)
            for begins, said in self.weeks
        ]

    def past(self, until: int) -> Past:
        """The weeks that ended by then."""
        ended = [each for each in self.known if each.at + WEEK / 2 <= until]
        return Past(self.cutoff, self.trained, self.reference, ended)

    def estimator(self, past: Sequence[Past]) -> Estimator:
        """That learned from earlier models."""
        return Estimator(
            self.validation, self.reference, past, trained=self.trained, labels=self.labels
        )


@dataclass(frozen=True, slots=True)
class Error:
    """How far one estimate is from what the labels show. ``reach``: half of its interval's length,
    None without one.
    """

    cutoff: int
    figure: str
    method: str
    error: float
    reach: float | None = None


def main() -> None:
    """Parse the arguments, train, estimate, report."""
    asked = report.parser(__doc__, repeats=1).parse_args()
    rows = []
    posts: list[SplitData] = []
    for configuration in CONFIGURATIONS:
        models = [aged(configuration, cutoff, posts) for cutoff in configuration.cutoffs]
        rows += table(configuration.name, [e for one in errors(models) for e in one])
    section = report.Section(
        title="Estimates without labels",
        text="Real posts. Errors are mean absolute differences from what the labels of a week show."
        " *33 weeks*: of the model from before 2012-12-01. *All*: the mean over the models with two"
        " earlier ones to learn from, of each one's own mean. *Covered*: weeks within the 95%"
        " interval; *±*: half of its length. *Uncorrected*: validation, less what the model's own"
        " probabilities say it fell since. *(Chance)*: how far chance alone moves the accuracy of a"
        " week's posts on average; no method, but a floor.",
        columns=("model", "figure", "estimate", "error, 33 weeks", "error, all", "covered", "±"),
        rows=rows,
        verdict=_verdict(rows),
    )
    report.publish(section, write=asked.write)


def aged(configuration: Configuration, cutoff: int, posts: list[SplitData]) -> Aged:
    """What a model says, which is kept between runs. ``posts`` are loaded if they are needed."""
    version = family(configuration.family).version
    words = (configuration.family, *configuration.params.values(), version, NORMALISER, cutoff)
    file = SCRATCH / "label-free" / f"{'-'.join(map(str, words))}.npz"
    if not file.exists():
        if not posts:
            posts.append(_posts())
        file.parent.mkdir(parents=True, exist_ok=True)
        _train(configuration, cutoff, posts[0], file)
    with np.load(file) as kept:
        validation, later = (
            Predictions(kept[f"{part}_truth"], kept[f"{part}_top"], kept[f"{part}_probs"])
            for part in ("validation", "later")
        )
        edges = cutoff + WEEK * np.arange(MOST_WEEKS + 1)
        bounds = np.searchsorted(kept["later_created"], edges).tolist()
        weeks = [
            (begins, Predictions(later.truth[a:b], later.top[a:b], later.probs[a:b]))
            for begins, (a, b) in zip(edges.tolist(), pairwise(bounds), strict=False)
            if b - a >= FEWEST_POSTS
        ]
        created = kept["validation_created"]
        return Aged(
            cutoff=cutoff,
            trained=VALIDATED * len(created),
            at=float(created[0] + created[-1]) / 2,
            validation=validation,
            weeks=weeks,
            labels=int(kept["labels"]),
        )


def _posts() -> SplitData:
    store, _ = imported()
    nearly_all = Rules(min_posts=1, fractions=(0.9998, 0.0001, 0.0001))
    return load_split(store, create(store, nearly_all)[0], "train")


def _train(configuration: Configuration, cutoff: int, posts: SplitData, file: Path) -> None:
    before = int(np.searchsorted(posts.created, cutoff))
    trained = before * VALIDATED // (VALIDATED + 1)
    note(f"{configuration.name}, {trained:,} posts …")
    train, validation, later = (
        posts.taken(np.arange(a, b))
        for a, b in ((0, trained), (trained, before), (before, len(posts)))
    )
    chosen_half = calibrates(validation.ids) & configuration.calibrated
    classifier = _fitted(configuration, train, validation.among(chosen_half))
    place = np.array([posts.labels.index(name) for name in classifier.labels] + [-1], np.int32)
    said: dict[str, NDArray[np.number]] = {}
    for part, data in (("validation", validation), ("later", later)):
        labels, probs = _said(classifier, data)
        said |= {
            f"{part}_truth": data.label,
            f"{part}_top": place[labels],
            f"{part}_probs": probs,
            f"{part}_created": data.created,
        }
    np.savez(file, labels=len(posts.labels), **said)


def _fitted(configuration: Configuration, train: SplitData, half: SplitData) -> Classifier:
    kind = family(configuration.family)
    params = chosen(kind, configuration.params, posts=len(train), labels=len(train.labels))
    with TemporaryDirectory() as folder:
        unfinished, model = Path(folder) / "unfinished", Path(folder) / f"model{kind.suffix}"
        unfinished.mkdir()
        kind.fit(
            train,
            model,
            calibration=half,
            params=params,
            seed=0,
            threads=1,
            unfinished=unfinished,
            progress=silent,
        )
        return kind.load(model)


def _said(classifier: Classifier, data: SplitData) -> tuple[Int32s, NDArray[np.float32]]:
    said = [
        classifier.predict(data.lines[start : start + AT_ONCE], k=K)
        for start in range(0, len(data), AT_ONCE)
    ]
    return (
        np.concatenate([some.labels for some in said]),
        np.concatenate([some.probabilities for some in said]),
    )


def errors(models: Sequence[Aged]) -> Iterator[list[Error]]:
    """Of each model that two earlier ones tell of."""
    for place, model in enumerate(models):
        earlier = [each.past(model.cutoff) for each in models[:place]]
        past = [each for each in earlier if each.windows]
        if len(past) >= FEWEST_MODELS:
            yield _errors(model, past)


def _errors(model: Aged, past: Sequence[Past]) -> list[Error]:
    ways = {
        UNCORRECTED: model.estimator([]),
        OURS: model.estimator(past),
    }
    found = []
    for (_, week), now in zip(model.weeks, model.known, strict=True):
        for name, way in ways.items():
            for key, said in way.estimated(now.expected, posts=now.posts, at=now.at).items():
                reach = None if said.interval is None else said.interval[1] - said.value
                error = said.value - now.realised[key]
                found.append(Error(model.cutoff, key, name, error, reach))
        accuracy = now.realised["accuracy"]
        by_chance = math.sqrt(2 / math.pi * accuracy * (1 - accuracy) / now.posts)
        found.append(Error(model.cutoff, "accuracy", CHANCE, by_chance))
        for name, peer in PEERS.items():
            error = peer(model.validation, week) - accuracy
            found.append(Error(model.cutoff, "accuracy", name, error))
    return found


def table(name: str, found: Sequence[Error]) -> list[tuple[str, ...]]:
    """The rows of one configuration: figure by figure, the methods in the order of their error."""
    rows = []
    for key, figure in FIGURES.items():
        methods = sorted(
            {each.method for each in found if each.figure == key},
            key=lambda method: _mean_of_models(_of(found, key, method)),
        )
        for method in methods:
            every = _of(found, key, method)
            ones = [each for each in every if each.cutoff == NEWEST]
            rows.append(
                (
                    *(name, figure, method),
                    *(f"{_mean_of_models(those):.4f}" for those in (ones, every)),
                    *_covered(every),
                )
            )
    return rows


def _of(found: Sequence[Error], figure: str, method: str) -> list[Error]:
    return [each for each in found if (each.figure, each.method) == (figure, method)]


def _mean_of_models(found: Sequence[Error]) -> float:
    cutoffs = {each.cutoff for each in found}
    means = [
        np.mean([abs(each.error) for each in found if each.cutoff == cutoff]) for cutoff in cutoffs
    ]
    return float(np.mean(means))


def _covered(found: Sequence[Error]) -> tuple[str, str]:
    reached = [(abs(each.error), each.reach) for each in found if each.reach is not None]
    if not reached:
        return "–", "–"
    within = np.mean([error <= reach for error, reach in reached])
    return f"{within:.1%}", f"{np.mean([reach for _, reach in reached]):.3f}"


def _verdict(rows: Sequence[Sequence[str]]) -> str:
    of = {
        row[2]: row[3:5] for row in rows if row[0] == SOFTMAX.name and row[1] == FIGURES["accuracy"]
    }
    newest, every = ({name: float(row[n]) for name, row in of.items()} for n in (0, 1))
    parts = {
        f"at most {MOST_ERROR:.3f}": newest[OURS] <= MOST_ERROR,
        f"at most {MOST_OF_CBPE:g} of CBPE's error": newest[OURS] <= MOST_OF_CBPE * newest["CBPE"],
        "less than PAPE and ATC": newest[OURS]
        < min(newest[name] for name in of if name.startswith(("PAPE", "ATC"))),
    }
    said = "; ".join(f"{part}: {'kept' if kept else '**missed**'}" for part, kept in parts.items())
    best = min(of.keys() - {CHANCE}, key=lambda name: every[name])
    return (
        f"Goal for the error of accuracy of fastText softmax in the 33 weeks: {said}."
        f" Chance alone is {newest[CHANCE] / newest['CBPE']:.2f} of CBPE's error there."
        f" Over all models, {best} errs least: {every[best] / every['CBPE']:.2f} of CBPE's error."
    )


if __name__ == "__main__":
    main()
