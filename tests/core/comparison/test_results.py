"""A comparison's summary survives being stored, whatever its numbers are."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from core.comparison.results import (
    AccuracyTest,
    BothOwnLabels,
    ChurnCounts,
    ComparisonSummary,
    ConfidenceShift,
    Judgement,
    Kind,
    LabelChange,
    LabelSets,
    MetricChange,
    NoiseSource,
    NoiseSources,
    NormalFit,
    OwnLabels,
    Rename,
    SharedLabels,
    Subreddits,
    TopicSource,
)
from core.records import from_json, to_json
from tests.factories import make_change, make_label_sets, make_summary

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
COUNTS = st.integers(0, 2**53)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
INTERVALS = st.none() | st.tuples(NUMBERS, NUMBERS)
CHANGES = st.builds(
    MetricChange,
    baseline=NUMBERS,
    candidate=NUMBERS,
    difference=NUMBERS,
    interval=INTERVALS,
    interval_percentile=INTERVALS,
    interval_bca=INTERVALS,
    interval_baseline=INTERVALS,
    interval_candidate=INTERVALS,
    noise=st.none() | NUMBERS,
    verdict=st.none() | st.sampled_from(get_args(Judgement)),
)
METRICS = st.dictionaries(NAMES, CHANGES, max_size=3)
OWN = st.builds(OwnLabels, COUNTS, st.dictionaries(NAMES, NUMBERS, max_size=3))
TESTS = st.one_of(
    *(st.builds(kind, NAMES, COUNTS, COUNTS, NUMBERS) for kind in get_args(AccuracyTest))
)
LISTED = st.lists(NAMES, max_size=3).map(tuple)
NAMED = st.lists(st.builds(LabelChange, NAMES, NUMBERS, NUMBERS), max_size=3).map(tuple)
RENAMES = st.lists(st.builds(Rename, NAMES, NAMES, COUNTS, NUMBERS), max_size=2).map(tuple)
SUMMARIES = st.builds(
    ComparisonSummary,
    kind=st.sampled_from(Kind),
    posts=COUNTS,
    posts_baseline=COUNTS,
    metrics=METRICS,
    label_sets=st.none()
    | st.builds(
        LabelSets, st.builds(SharedLabels, COUNTS, METRICS), st.builds(BothOwnLabels, OWN, OWN)
    ),
    accuracy_test=TESTS,
    subreddits=st.builds(
        Subreddits,
        *[COUNTS] * 3,
        *[LISTED] * 2,
        *[COUNTS] * 2,
        RENAMES,
        NAMED,
        NAMED,
    ),
    topics=st.sampled_from(TopicSource),
    churn=st.none() | st.builds(ChurnCounts, COUNTS, COUNTS, COUNTS, COUNTS),
    changes_normal=st.none() | st.builds(NormalFit, NUMBERS, NUMBERS),
    p_at_1=st.builds(ConfidenceShift, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    noise=st.builds(NoiseSources, *[st.none() | st.builds(NoiseSource, COUNTS, COUNTS)] * 2),
    one_model=st.booleans(),
)


@given(SUMMARIES)
def test_a_summary_is_the_same_after_json(summary: ComparisonSummary) -> None:
    assert from_json(ComparisonSummary, to_json(summary)) == summary


def test_a_summary_that_an_older_version_stored_has_no_names() -> None:
    document = to_json(make_summary())
    for name in ("gains", "losses"):
        del document["subreddits"][name]
    assert from_json(ComparisonSummary, document) == make_summary()


def test_the_keys_of_the_contract_are_there() -> None:
    document = to_json(make_summary())
    assert {"kind", "posts", "metrics", "subreddits", "churn", "p_at_1"} <= set(document)
    assert document["metrics"] == {
        "f1_macro": {
            "baseline": 0.4,
            "candidate": 0.402,
            "difference": 0.002,
            "interval": [-0.002, 0.006],
            "interval_percentile": None,
            "interval_bca": None,
            "interval_baseline": None,
            "interval_candidate": None,
            "noise": None,
            "verdict": "no change shown",
        }
    }
    assert document["churn"] == {"changed": 200, "fixed": 60, "broken": 40, "swapped": 100}
    assert list(document["p_at_1"] or ()) == [
        "baseline_mean",
        "candidate_mean",
        "ks",
        "wasserstein",
        "psi",
    ]


def test_macro_f1_on_what_both_know_decides() -> None:
    everywhere, shared = make_change(0.0, 0.2), make_change(-0.2, 0.0)
    metrics = {"f1_macro": everywhere}
    sets = make_label_sets(shared, posts=900)
    assert make_summary(metrics=metrics).deciding == everywhere
    assert make_summary(metrics=metrics, label_sets=sets).deciding == shared
