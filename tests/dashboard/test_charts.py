"""Figures, by the data that plotly gets."""

import dataclasses
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.comparison.results import ConfidenceShift, NormalFit
from core.comparison.thresholds import AnsweredPosts, Match, Thresholds
from core.evaluation.aggregate import histogram
from core.evaluation.results import BinnedF1, F1Curves, IsotonicF1, ReliabilityCurve
from core.feedback.summary import Share, Span
from core.stats.calibration import Reliability
from core.stats.shares import wilson_interval
from core.stats.thresholds import AT
from dashboard.charts import changes, confidence, feedback, thresholds
from dashboard.charts.confidence import ConfidenceCurve
from dashboard.charts.rows import rows
from dashboard.charts.theme import LIGHT, escaped
from dashboard.parts.confidence import distances, expected
from tests.dashboard.reading import plain


def make_changes(differences: list[float], verdict: str = "no change shown") -> pd.DataFrame:
    count = len(differences)
    return pd.DataFrame(
        {
            "subreddit": [f"s{i}" for i in range(count)],
            "difference": differences,
            "verdict": verdict,
            "f1_baseline": 0.5,
            "f1_candidate": 0.5 + np.array(differences),
            "p_at_1_mean_baseline": 0.4,
            "p_at_1_mean_candidate": 0.4,
            "support": 10,
            "noise_sd": np.nan,
        }
    )


def traces(figure: Any, kind: str) -> list[dict[str, Any]]:
    return [trace.to_plotly_json() for trace in figure.data if trace.type == kind]


@pytest.mark.parametrize(
    "differences", [[0.0], [0.02, -0.02, 0.04], [1.0, -1.0], [0.199999, 0.2], [0.06 - 1e-12]]
)
def test_every_change_lies_in_the_bin_that_its_bar_says(differences: list[float]) -> None:
    bars = traces(changes.f1_changes(make_changes(differences), LIGHT), "bar")
    for ends, counted in zip(bars[0]["customdata"], bars[0]["y"], strict=True):
        low, high = (float(f"{end:.2f}") for end in ends)
        assert counted == sum(low <= difference < high for difference in differences)
    assert sum(bars[0]["y"]) == len(differences)


def test_bins_reach_beyond_the_lines_at_a_fifth() -> None:
    edges = changes.bins(np.array([0.01]))
    assert edges[0] <= -0.22
    assert edges[-1] >= 0.22


def test_the_normal_curve_covers_as_many_subreddits_as_there_are() -> None:
    frame = make_changes([0.0, 0.02, -0.02, 0.04] * 10)
    figure = changes.f1_changes(frame, LIGHT, normal=NormalFit(0.01, 0.03))
    curve = next(t for t in traces(figure, "scatter") if t["name"] == "normal")
    area = np.trapezoid(curve["y"], curve["x"]) / changes.BIN
    assert area == pytest.approx(len(frame), rel=1e-3)


@pytest.mark.parametrize("normal", [None, NormalFit(0.0, 0.0)])
def test_without_a_spread_there_is_no_normal_curve(normal: NormalFit | None) -> None:
    figure = changes.f1_changes(make_changes([0.0, 0.0]), LIGHT, normal=normal)
    assert not [t for t in traces(figure, "scatter") if t["name"] == "normal"]


def test_no_shared_subreddit_makes_an_empty_histogram() -> None:
    assert not traces(changes.f1_changes(make_changes([]), LIGHT), "bar")


def test_cumulative_shares_end_at_all_posts() -> None:
    shown = [ConfidenceCurve("a", histogram([1, 0, 3]), candidate=False)]
    figure = confidence.p_at_1(shown, LIGHT, cumulative=True)
    line = traces(figure, "scatter")[0]
    assert line["y"].tolist() == [0, 0.25, 0.25, 1]
    assert line["x"].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])


def test_each_set_of_posts_has_its_dash_and_each_model_its_colour() -> None:
    shown = [
        ConfidenceCurve(f"{candidate} {place}", histogram([1]), candidate, place)
        for place in (0, 1)
        for candidate in (False, True)
    ]
    lines = [t["line"] for t in traces(confidence.p_at_1(shown, LIGHT), "scatter")]
    assert [line["color"] for line in lines] == [LIGHT.baseline, LIGHT.candidate] * 2
    assert [line["dash"] for line in lines] == ["solid", "solid", "dash", "dash"]


def test_no_posts_make_a_flat_line() -> None:
    shown = [ConfidenceCurve("none", histogram([0, 0]), candidate=True)]
    assert traces(confidence.p_at_1(shown, LIGHT), "scatter")[0]["y"].tolist() == [0, 0]


CURVE = F1Curves(
    BinnedF1(p=(0.4,), f1=(0.5,), low=(0.3,), high=(0.6,), subreddits=(9,)),
    IsotonicF1(p=(0.2, 0.8), f1=(0.3, 0.7), low=(0.2, 0.6), high=(0.4, 0.9)),
)


def test_the_band_of_f1_by_p_goes_up_one_side_and_down_the_other() -> None:
    six = make_changes([0.1] * 6).assign(p_at_1_mean_candidate=[0.2, 0.8] * 3)
    figure = confidence.f1_by_p(six, None, CURVE, ("#1", "#2"), LIGHT)
    band = next(t for t in traces(figure, "scatter") if t.get("fill") == "toself")
    assert list(band["x"]) == [0.2, 0.8, 0.8, 0.2]
    assert list(band["y"]) == [0.4, 0.9, 0.6, 0.2]
    assert "#1" not in [t.get("name") for t in traces(figure, "scatter")]


def test_the_baselines_curve_is_thinner_than_the_candidates() -> None:
    figure = confidence.f1_by_p(make_changes([0.1]), CURVE, CURVE, ("#1", "#2"), LIGHT)
    width = {t.get("name"): t["line"]["width"] for t in traces(figure, "scatter") if "line" in t}
    assert width["#1"] < width["#2"]
    bins = next(t for t in traces(figure, "scatter") if t.get("name") == "bins")
    assert bins["error_y"]["array"].tolist() == pytest.approx([0.1])
    assert bins["error_y"]["arrayminus"].tolist() == pytest.approx([0.2])


def test_where_fewer_than_three_subreddits_are_near_there_is_no_band() -> None:
    at = np.array([0.1, 0.5, 0.51, 0.52, 0.53, 0.9])
    grid = (0.1, 0.4, 0.48, 0.5, 0.55, 0.7, 0.9)
    curve = IsotonicF1(grid, grid, tuple(p - 0.1 for p in grid), tuple(p + 0.1 for p in grid))
    left = confidence.supported(curve, at)
    assert left.p == left.f1 == (0.48, 0.5, 0.55)
    assert len(left.low) == len(left.high) == 3
    assert confidence.supported(curve, at[:2]).p == ()
    assert confidence.supported(curve, np.empty(0)).p == ()


VERDICTS = ["no change shown", "within noise", "too few posts", "worse", "better"]


def test_what_is_not_called_is_three_different_things() -> None:
    frame = make_changes([0.01, 0.02, 0.03, -0.3, 0.3]).assign(verdict=VERDICTS)
    bars = traces(changes.f1_changes(frame, LIGHT), "bar")
    marks = traces(changes.f1_scatter(frame, None, LIGHT), "scatter")[1:]
    for shown in (bars, marks):
        assert [each["name"] for each in shown] == [*VERDICTS[:3], "▼ worse", "▲ better"]
    looks = [(each["marker"]["color"], each["marker"]["pattern"]["shape"]) for each in bars]
    assert len(set(looks)) == 5
    assert len({each["marker"]["symbol"] for each in marks}) == 5
    assert sum(sum(each["y"]) for each in bars) == sum(len(each["x"]) for each in marks) == 5


def test_the_largest_called_changes_have_their_names_in_the_scatter() -> None:
    called = make_changes([-0.1, -0.2, -0.3, -0.4, 0.5], "worse")
    called.loc[4, "verdict"] = "no change shown"
    shown = traces(changes.f1_scatter(called, None, LIGHT), "scatter")[1:]
    assert [name for each in shown for name in each["text"] if name] == ["r/s1", "r/s2", "r/s3"]


def test_the_scatter_is_square_so_that_gains_and_losses_are_as_far_from_the_line() -> None:
    layout = changes.f1_scatter(make_changes([0.1]), None, LIGHT).layout
    assert layout.yaxis.scaleanchor == "x"
    assert layout.xaxis.range == layout.yaxis.range


def test_names_from_outside_are_escaped_for_plotly() -> None:
    assert escaped("<a href='x'>&") == "&lt;a href='x'&gt;&amp;"


@pytest.mark.parametrize(
    ("psi", "shift"), [(0.05, "little"), (0.1, "some"), (0.2, "some"), (0.25, "a large")]
)
def test_a_psi_is_said_by_the_rule_of_thumb(psi: float, shift: str) -> None:
    ks, moved, stable = distances(ConfidenceShift(0.5, 0.6, 0.23, 0.112, psi))
    assert (
        ks == "**KS 0.230**: the largest gap between the two cumulative distributions is 23.0% of"
        " the posts."
    )
    assert "0.112" in moved
    assert f": {shift} shift" in stable


def test_weeks_without_an_answer_are_no_point_of_the_acceptance() -> None:
    spans = [
        Span(
            version="20260531.1",
            begins=date(2026, 6, 1) + timedelta(weeks=week),
            texts=9,
            answered=of,
            first=Share(count, of),
            five=Share(of, of),
        )
        for week, (count, of) in enumerate([(1, 4), (0, 0), (3, 3)])
    ]
    five, first = traces(feedback.acceptance(spans, "week", LIGHT), "scatter")
    assert list(first["text"]) == ["2026-06-01", "2026-06-15"]
    between = {right - left for left, right in zip(first["x"], five["x"], strict=True)}
    assert between == {2 * feedback.APART * timedelta(weeks=1)}  # neither hides the other
    assert first["y"] == [0.25, 1.0]
    assert five["y"] == [1.0, 1.0]
    low = np.array(first["y"]) - np.array(first["error_y"]["arrayminus"])
    assert low == pytest.approx([wilson_interval(1, 4)[0], wilson_interval(3, 3)[0]])


def test_a_week_of_answers_to_fewer_than_five_has_no_point_of_five() -> None:
    begins = date(2026, 6, 1)
    span = Span(
        version="1", begins=begins, texts=9, answered=4, first=Share(1, 4), five=Share(0, 0)
    )
    five, first = traces(feedback.acceptance([span], "week", LIGHT), "scatter")
    assert (list(five["y"]), list(first["y"])) == ([], [0.25])


def test_empty_bins_are_no_points_of_the_calibration() -> None:
    curve = ReliabilityCurve(posts=(2, 0, 5), mean_p=(0.1, 0.0, 0.9), accuracy=(0.5, 0.0, 0.8))
    users = Reliability(np.array([0, 0, 1]), np.array(curve.mean_p), np.array(curve.accuracy))
    made = feedback.calibration(curve, users, ("posts", "texts"), LIGHT)
    _, posts, texts = traces(made, "scatter")
    assert (list(posts["x"]), list(texts["x"])) == ([0.1, 0.9], [0.9])


def test_a_figure_is_a_table_of_what_its_named_traces_show() -> None:
    frame = make_changes([0.01, -0.3], "worse")
    found = rows(changes.f1_scatter(frame, None, LIGHT))
    assert found.columns.tolist() == [
        "series",
        "F1 of the baseline",
        "F1 of the candidate",
        "subreddit",
        "change in F1",
        "posts",
    ]
    assert found["subreddit"].tolist() == ["s0", "s1"]  # as it is called, not as plotly needs it
    assert found["F1 of the candidate"].tolist() == [0.51, 0.2]


def test_error_bars_are_a_low_and_a_high_end_in_the_table() -> None:
    six = make_changes([0.1] * 6).assign(p_at_1_mean_candidate=[0.2, 0.8] * 3)
    found = rows(confidence.f1_by_p(six, None, CURVE, ("#1", "#2"), LIGHT))
    bins = found[found["series"] == "bins"]
    assert bins[["low", "high"]].to_numpy() == pytest.approx(np.array([[0.3, 0.6]]))
    curve = found[found["series"] == "#2"]
    assert curve["low"].tolist() == [0.2, 0.6]
    assert set(found["series"]) == {"one subreddit", "#2", "bins"}


@pytest.mark.parametrize("figure", [changes.f1_changes(make_changes([]), LIGHT)])
def test_an_empty_figure_is_an_empty_table(figure: Any) -> None:
    assert rows(figure).empty


def test_the_point_of_the_same_precision_is_level_with_the_baselines() -> None:
    counts = tuple(100 - place for place in range(100))
    before = AnsweredPosts(counts, tuple(count // 2 for count in counts))
    after = AnsweredPosts(counts, tuple(count * 4 // 5 for count in counts))
    match = Match(0.5, 0.5, 0.2, 0.3, (0.2, 0.4))
    found = Thresholds(tuple(AT.tolist()), before, after, (match,))
    baseline, candidate, marks = traces(
        thresholds.answers(found, 0.5, ("#1", "#2"), LIGHT), "scatter"
    )
    assert (baseline["name"], candidate["name"]) == ("#1", "#2")
    assert list(marks["x"]) == [0.5, 0.8]
    assert list(marks["y"]) == [0.5, 0.5]
    only = dataclasses.replace(found, matches=(dataclasses.replace(match, candidate=None),))
    *_, marks = traces(thresholds.answers(only, 0.5, ("#1", "#2"), LIGHT), "scatter")
    assert list(marks["x"]) == [0.5]
    none = dataclasses.replace(found, matches=())
    assert len(traces(thresholds.answers(none, 0.99, ("#1", "#2"), LIGHT), "scatter")) == 2


def test_the_reading_of_f1_by_p_at_1_stays_where_there_are_subreddits() -> None:
    at = [0.3, 0.4, 0.4, 0.4, 0.5, 0.5, 0.5, 0.9]
    frame = make_changes([0.1] * 8).assign(p_at_1_mean_candidate=at)
    curve = IsotonicF1(p=(0.4, 0.5), f1=(0.5, 0.7), low=(0.4, 0.6), high=(0.6, 0.8))
    said = plain(expected(frame, curve))
    assert said == (
        "at a mean p@1 of 0.400, expect an F1 of 0.500 (0.400 to 0.600) from the candidate; at"
        " 0.500, 0.700 (0.600 to 0.800). In brackets: the 95% band."
    )
    assert expected(frame.head(2), curve).startswith("too few subreddits")
