"""The one list of metrics. Everything that shows, tests or gates a metric reads it.

To add one: its formula (:mod:`core.stats.scores`), its entry here, its test.
"""

from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from core.stats import scores
from core.stats.classification import KS
from core.stats.figures import CalibrationError, Figure


class Better(Enum):
    """Which way is better. NEITHER: more is not better by itself, so it is never judged."""

    HIGHER = auto()
    LOWER = auto()
    NEITHER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A number that an evaluation has.

    Attributes:
        key: in JSON, in policies, on the command line.
        name: on pages.
        help: one sentence for people who meet it for the first time.
        figure: its formula; None where the predictions alone do not tell it (then it has no
            interval, which is then added to the evaluation).
        better: which way is better.
        headline: one of the few key figures.
        implied: follows from another one, so that short tables leave it out.
        spoken: what the sentence of a comparison calls it; empty where it does not speak of it.
        on_label_sets: also given on the subreddits that both models know.
        gateable: may have a minimum in the release policy.
    """

    key: str
    name: str
    help: str
    figure: Figure | None = None
    better: Better = Better.HIGHER
    headline: bool = False
    implied: bool = False
    spoken: str = ""
    on_label_sets: bool = False
    gateable: bool = False

    @property
    def has_interval(self) -> bool:
        return self.figure is not None


_PRECISION = {k: scores.precision_at(k) for k in KS}

METRICS = (
    Metric(
        key="f1_macro",
        name="Macro F1",
        help="The mean F1 of the subreddits. Each has the same weight, however many posts it has.",
        figure=scores.f1_macro,
        headline=True,
        spoken="macro F1",
        on_label_sets=True,
        gateable=True,
    ),
    Metric(
        key="f1_weighted",
        name="Weighted F1",
        help="The mean F1 of the subreddits, each weighted by its number of posts.",
        figure=scores.f1_weighted,
        on_label_sets=True,
        gateable=True,
    ),
    Metric(
        key="f1_micro",
        name="Micro F1",
        help="F1 over all predictions together. It equals accuracy if every post has a prediction.",
        figure=scores.f1_micro,
        implied=True,
        gateable=True,
    ),
    Metric(
        key="accuracy",
        name="Accuracy",
        help="The share of posts whose first prediction is right.",
        figure=scores.accuracy,
        headline=True,
        spoken="accuracy",
        on_label_sets=True,
        gateable=True,
    ),
    Metric(
        key="balanced_accuracy",
        name="Balanced accuracy",
        help="The mean share of each subreddit's posts that are predicted correctly. Each"
        " subreddit has the same weight.",
        figure=scores.balanced_accuracy,
        gateable=True,
    ),
    Metric(
        key="matthews_correlation",
        name="Matthews correlation",
        help="How well predictions and subreddits agree: 1 if all are right, about 0 by chance.",
        figure=scores.matthews_correlation,
        gateable=True,
    ),
    *(
        Metric(
            key=f"recall_at_{k}",
            name=f"Recall@{k}",
            help="The share of posts whose subreddit is the first prediction."
            if k == 1
            else f"The share of posts whose subreddit is among the first {k} predictions.",
            figure=_PRECISION[k].figure,
            headline=k == max(KS),
            implied=k == 1,
            spoken=f"recall@{k}" if k == max(KS) else "",
            on_label_sets=k == max(KS),
            gateable=True,
        )
        for k in KS
    ),
    *(
        Metric(
            key=f"precision_at_{k}",
            name=f"Precision@{k}",
            help=f"The share of the first {k} predictions that are right, or recall@{k} / {k}.",
            figure=_PRECISION[k],
            implied=True,
            gateable=True,
        )
        for k in KS
    ),
    Metric(
        key="p_at_1_mean",
        name="Mean p@1",
        help="How confident the model is in its first prediction. Higher is not better in itself.",
        figure=scores.p_at_1_mean,
        better=Better.NEITHER,
        headline=True,
        on_label_sets=True,
        gateable=True,
    ),
    Metric(
        key="ece",
        name="Calibration error (ECE)",
        help="The mean gap between p@1 and the share of right predictions. Measured on posts that"
        " the probabilities were not calibrated on.",
        figure=CalibrationError(),
        better=Better.LOWER,
        spoken="calibration error",
        on_label_sets=True,
    ),
    Metric(
        key="brier_top_1",
        name="Brier score (top-1)",
        help="The mean squared distance of p@1 from 1 (if the first prediction is right) or 0 (if"
        " it is wrong).",
        figure=scores.brier_top_1,
        better=Better.LOWER,
    ),
    Metric(
        key="log_loss",
        name="Log loss (top-k, clipped)",
        help="How surprising the right subreddit is to the model: −ln of its probability, at most"
        " 13.8.",
        figure=scores.log_loss,
        better=Better.LOWER,
    ),
    Metric(
        key="label_coverage",
        name="Label coverage",
        help="The share of posts whose subreddit the model knows.",
        better=Better.NEITHER,
    ),
    Metric(
        key="seen_in_training",
        name="Posts seen in training",
        help="The share of posts that the model was trained on: above 0, its scores are too"
        " optimistic.",
        better=Better.NEITHER,
    ),
)
"""In the order of tables. Intervals are drawn in this order too: a metric that is put behind
"ece" leaves the draws of those before it as they are."""

METRIC = MappingProxyType({metric.key: metric for metric in METRICS})
FIGURES = MappingProxyType({m.key: m.figure for m in METRICS if m.figure is not None})
SPOKEN = tuple(metric for metric in METRICS if metric.spoken)
HEADLINES = tuple(metric for metric in METRICS if metric.headline)
