"""The page Compare on the demo: what it says, and where its figures and tables lead."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from core.comparison import compare as comparing
from core.comparison.results import Rename, Subreddits
from core.evaluation import evaluate as evaluating
from core.feedback import submissions
from core.feedback.submissions import Sent
from core.serving.model import Suggestion
from core.serving.suggest import load_alias
from core.snapshots import find
from core.store import Store, models, open_store
from core.store.frames import put_record
from core.store.models import Comparison
from core.training.train import of_execution
from dashboard import data
from tests.dashboard.conftest import Open
from tests.dashboard.reading import (
    click,
    decoded,
    figures,
    links,
    names,
    place,
    plain,
    plain_text_of,
    text_of,
)
from tests.demo_workspace import FIRST, PRODUCTION, WAITING
from tests.workspaces import overwrite

BASELINE, CANDIDATE = PRODUCTION, WAITING
"""Of the demo's comparison that waits: the candidate knows two more subreddits."""
ON_OLDER, ON_NEWER = 9, 16
"""Two evaluations of the baseline, on different posts."""


@pytest.fixture
def store(demo: Path) -> Store:
    return open_store(demo)


def other(store: Store, change: Callable[[Subreddits], Subreddits]) -> Comparison:
    """The demo's comparison with other subreddits."""
    made = comparing.compare(store, comparing.pair(store, BASELINE, CANDIDATE))
    summary = comparing.summary_of(store, made)
    changed = replace(summary, subreddits=change(summary.subreddits))
    return replace(made, summary=put_record(store.artifacts, changed))


def test_a_clicked_bar_leads_to_the_subreddits_that_it_counts(shown: Path, open_page: Open) -> None:
    app = open_page("compare")
    bars = [trace for trace in figures(app)[0]["data"] if trace["type"] == "bar"]
    bin_ = bars[0]["customdata"][20]
    counted = sum(decoded(bar["y"])[20] for bar in bars)
    assert counted
    app = click(app, "f1-changes", bin_)
    assert app.title[0].value == "Who wins, who loses?"
    assert len(app.dataframe[0].value) == counted
    changes = app.dataframe[0].value["Change"]
    assert changes.between(bin_[0], bin_[1], inclusive="left").all()


def test_the_histogram_shows_its_normal_and_what_reseeding_does(
    shown: Path, open_page: Open
) -> None:
    app = open_page("compare")
    assert {"normal", "reseeding alone"} <= set(names(figures(app)[0]))
    assert "the normal distribution with mean" in plain_text_of(app)


def test_the_distances_of_p_at_1_say_what_they_mean(shown: Path, open_page: Open) -> None:
    said = plain_text_of(open_page("compare"))
    assert "the largest gap between the two cumulative distributions" in said
    assert "with each side sorted by p@1" in said
    assert "rule of thumb" in said


def test_p_at_1_is_shown_cumulatively_from_a_link(shown: Path, open_page: Open) -> None:
    usual = figures(open_page("compare"))[1]
    app = open_page("compare", p="cumulative")
    assert usual["layout"]["yaxis"]["title"]["text"] == "share of posts"
    assert figures(app)[1]["layout"]["yaxis"]["title"]["text"] == "share of posts up to it"


def test_other_posts_and_submissions_are_laid_over_the_compared_ones(
    store: Store, open_page: Open
) -> None:
    assert open_page("compare").selectbox(key="over").options == [
        "these posts",
        "until-september:test",
        "until-september:valid",
        "submissions",
    ]
    model = of_execution(store, CANDIDATE)
    evaluating.evaluate(store, model, find(store, model.snapshot), split="train")
    version = load_alias(store, "production").version
    found = [Suggestion("politics", 0.7)]
    sent = Sent(title="Vote", body="", version=version, suggestions=found, source="page")
    submissions.keep(store, [sent])
    app = open_page("compare")
    box = app.selectbox(key="over")
    assert box.options == [
        "these posts",
        "until-october:train",
        "until-september:test",
        "until-september:valid",
        "submissions",
    ]
    assert len(names(figures(app)[1])) == 2
    app = open_page("compare", over="until-october:train")
    assert names(figures(app)[1])[2:] == [f"#{CANDIDATE} candidate, until-october:train"]
    app = open_page("compare", over="submissions")
    assert names(figures(app)[1])[2:] == [f"#{BASELINE} baseline, submissions"]


def test_all_metrics_come_with_each_sides_interval_and_a_verdict(
    shown: Path, open_page: Open
) -> None:
    app = open_page("compare", metrics="true")
    said = plain_text_of(app)
    rows = [line.split("|") for line in said.splitlines() if line.startswith("| Macro F1")]
    baseline, candidate, difference, interval, noise, verdict = (c.strip() for c in rows[-1][2:8])
    assert " to " in baseline
    assert " to " in candidate
    assert difference.startswith("+")
    assert interval.startswith("+")
    assert noise.startswith("±")
    assert verdict == "▲ better"
    assert "that only the baseline does" in said


def test_metrics_stay_folded_until_they_are_asked_for(shown: Path, open_page: Open) -> None:
    assert "Recall@3" not in text_of(open_page("compare"))


def test_what_both_models_know_is_told_apart(shown: Path, open_page: Open) -> None:
    said = plain_text_of(open_page("compare"))
    assert "On the subreddits that both models know" in said
    assert "61 subreddits known to both models, 2 only to the candidate. In" in said
    assert "New** r/Emberfall, r/kestrellang" in said


def test_a_rename_is_suggested(
    store: Store, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def renamed(labels: Subreddits) -> Subreddits:
        return replace(labels, renames=(Rename("old_name", "newname", 87, 0.87),))

    pair, made = comparing.pair(store, BASELINE, CANDIDATE), other(store, renamed)
    monkeypatch.setattr(data, "compared", lambda *_: (pair, made))
    said = plain_text_of(open_page("compare"))
    assert "r/old_name looks like r/newname: 87.0% of its posts (87)" in said


def test_the_histogram_says_how_many_are_called_and_why_the_rest_is_not(
    shown: Path, open_page: Open
) -> None:
    said = plain_text_of(open_page("compare"))
    assert re.search(r"\d+ of 61 better; \d+ show no change", said)
    assert " 0 " not in said[said.index("F1 change per subreddit") :][:200]


def test_a_slice_leads_to_its_posts(shown: Path, open_page: Open) -> None:
    said = text_of(open_page("compare", slices="true", by="kind of post"))
    found = re.search(r"\[link post\]\(churn\?(.*?)\)", said)
    assert found
    query = dict(parse_qsl(found[1]))
    assert query.items() >= {"baseline": str(BASELINE), "slice": "kind of post"}.items()
    app = open_page("churn", **query)
    assert app.selectbox(key="value-choice").value == "link post"
    assert len(app.dataframe[0].value)


def test_the_worst_slices_lead_to_their_posts_too(shown: Path, open_page: Open) -> None:
    said = text_of(open_page("compare"))
    queries = [dict(parse_qsl(found)) for found in re.findall(r"\]\(churn\?(.*?)\)", said)]
    pair = next(query for query in queries if "slice_2" in query)
    app = open_page("churn", **pair)
    assert any(b.key == "remove-slice_2-value_2" for b in app.button)
    assert not app.error


def test_f1_by_p_at_1_stands_beside_p_at_1_with_its_reading(shown: Path, open_page: Open) -> None:
    app = open_page("compare")
    assert [f["layout"]["yaxis"]["title"]["text"] for f in figures(app)] == [
        "subreddits",
        "share of posts",
        "F1",
        "share of answers that are right",
    ]
    assert {"one subreddit", "bins"} <= set(names(figures(app)[2]))
    said = plain_text_of(app)
    assert re.search(r"expect an F1 of 0\.\d{3} \(0\.\d{3} to 0\.\d{3}\)", said)


def test_calibration_is_shown_once_it_is_asked_for(shown: Path, open_page: Open) -> None:
    app = open_page("compare", trust="true")
    assert figures(app)[-1]["layout"]["yaxis"]["title"]["text"] == "accuracy"


def test_an_evaluation_of_too_few_subreddits_has_no_curve(
    demo: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = data.summary_of
    monkeypatch.setattr(data, "summary_of", lambda e: replace(whole(e), f1_by_p=None))
    app = open_page("compare")
    assert "Too few subreddits have posts to draw a curve." in app.info[0].value


def test_confused_pairs_are_read_and_lead_to_their_posts(shown: Path, open_page: Open) -> None:
    said = text_of(open_page("compare"))
    assert "pairs of subreddits with enough posts for a test" in plain(said)
    link = re.search(r"\[[^\]]* → [^\]]*\]\(churn\?(.*?)\) \| (\d+).→.(\d+) of", plain(said))
    assert link
    query = dict(parse_qsl(link[1]))
    assert f"| r/{query['subreddit']} → r/{query['taken_for']}" in plain(said).replace("[", "")
    rows = open_page("churn", **query).dataframe[0].value
    assert set(rows["Subreddit"]) == {f"r/{query['subreddit']}"}
    taken = [rows[f"{side} predicts"].str.split().str[0] for side in ("Baseline", "Candidate")]
    counts = [int((each == f"r/{query['taken_for']}").sum()) for each in taken]
    assert counts == [int(link[2]), int(link[3])]


def test_confused_pairs_are_ordered_by_the_candidates_posts(shown: Path, open_page: Open) -> None:
    common = plain_text_of(open_page("compare", pairs="most common"))
    counts = [int(n) for n in re.findall(r"\| \d+ → (\d+) of \d+ \|", common)]
    assert counts == sorted(counts, reverse=True)
    assert counts


def test_answers_are_shown_at_the_p_at_1_of_the_link(shown: Path, open_page: Open) -> None:
    usual, chosen = (plain_text_of(open_page("compare", **q)) for q in ({}, {"at": "0.8"}))
    assert f"Held to the precision of #{BASELINE} at p@1 ≥ 0.50" in usual.replace("*", "")
    assert f"Held to the precision of #{BASELINE} at p@1 ≥ 0.80" in chosen.replace("*", "")
    assert f"| #{CANDIDATE}, same p@1 | 0.80 |" in chosen
    answered = re.search(rf"\| #{CANDIDATE}, as precise \| \d\.\d\d \| ([\d.]+)% \|", usual)
    assert answered
    assert f"answers more: {answered[1]}% of the posts" in usual


def test_what_an_older_version_did_not_compute_is_said(
    store: Store, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = comparing.pair(store, BASELINE, CANDIDATE)
    made = comparing.compare(store, chosen)
    summary = comparing.summary_of(store, made)
    old = replace(summary, confused=None, confusions=None, threshold=None)
    stored = replace(made, summary=put_record(store.artifacts, old))
    monkeypatch.setattr(data, "compared", lambda *_: (chosen, stored))
    app = open_page("compare")
    assert plain_text_of(app).count("Not computed: an earlier version of Signoff made this") == 2
    assert not app.error


def test_every_figure_has_its_data_as_a_file(shown: Path, open_page: Open) -> None:
    app = open_page("compare")
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels == ["Data as CSV"] * len(figures(app))


def test_one_model_on_two_sets_of_posts_is_a_two_sample_comparison(
    shown: Path, open_page: Open
) -> None:
    app = open_page("compare", baseline=str(ON_OLDER), candidate=str(ON_NEWER), metrics="true")
    said = plain_text_of(app)
    assert "Two-sample comparison" in said
    assert "until-october:valid against 1," in said
    assert "Fisher, exact, two samples" in said
    assert "Posts that changed" not in {m.label for m in app.metric}
    assert "Where it loses" not in said
    app = open_page("subreddits", baseline=str(ON_OLDER), candidate=str(ON_NEWER), show="lower")
    assert app.selectbox(key="show").value == "lower"
    app = open_page("subreddits", baseline=str(ON_OLDER), candidate=str(ON_NEWER), show="worse")
    assert app.selectbox(key="show").value == "all"
    assert "show no change between the two samples of posts" in plain_text_of(app)


def test_two_models_on_two_sets_of_posts_are_a_two_sample_comparison(
    shown: Path, open_page: Open
) -> None:
    app = open_page("compare", baseline=str(ON_OLDER), candidate="21")
    assert "Two-sample comparison" in plain_text_of(app)
    assert app.query_params["candidate"] == "21"


def test_notes_that_come_and_go_with_the_pair_move_no_filter(shown: Path, open_page: Open) -> None:
    noted = open_page("compare", baseline=str(ON_OLDER), candidate=str(ON_NEWER))
    usual = open_page("compare", baseline=str(FIRST), candidate=str(PRODUCTION))
    assert len(noted.info) > len(usual.info)
    assert place(noted, "p") == place(usual, "p") != []


def test_the_pair_stays_the_same_on_the_other_pages(shown: Path, open_page: Open) -> None:
    app = open_page("compare", baseline="8", candidate="14")
    assert links(app)["Which posts changed"] == "baseline=8&candidate=14"
    app.query_params.clear()
    app.switch_page("views/churn.py").run()
    assert app.query_params["baseline"] == "8"
    assert app.query_params["candidate"] == "14"


def test_the_question_stands_above_what_went_wrong(store: Store, open_page: Open) -> None:
    with store.read() as session:
        evaluation = models.evaluations(session, model_executions=[4])[-1]
    path = store.artifacts.root / evaluation.predictions[:2] / evaluation.predictions
    overwrite(path, b"damaged")
    app = open_page("compare", baseline="4", candidate=str(CANDIDATE))
    assert app.title[0].value == "Is the candidate really better?"
    assert app.error
