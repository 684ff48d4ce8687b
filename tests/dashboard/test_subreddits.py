"""The page Subreddits on the demo: filters, selections, files to take away."""

import io
import re
from pathlib import Path

import pandas as pd
import pytest

from core.comparison import compare as comparing
from core.comparison.posts import Which, behind, chosen, lay_out
from core.spreadsheets import as_csv, as_parquet
from core.store import Store, open_store
from dashboard import data
from tests.dashboard.conftest import Open
from tests.dashboard.reading import (
    HOSTILE,
    click,
    click_heading,
    figures,
    links,
    place,
    plain_text_of,
    press,
    text_of,
    tick,
)
from tests.demo_workspace import PRODUCTION, WAITING


@pytest.fixture
def store(demo: Path) -> Store:
    return open_store(demo)


def test_a_range_of_change_from_a_link_can_be_taken_away(shown: Path, open_page: Open) -> None:
    everything = len(open_page("subreddits").dataframe[0].value)
    app = open_page("subreddits", **{"from": "0.04", "to": "0.06"})
    assert app.dataframe[0].value["Change"].between(0.04, 0.06, inclusive="left").all()
    button = next(b for b in app.button if b.label == "Change from +0.040 to +0.060")
    button.click()
    app.run()
    assert "from" not in app.query_params
    assert len(app.dataframe[0].value) == everything


def test_a_range_that_is_taken_away_moves_no_filter(shown: Path, open_page: Open) -> None:
    ranged = open_page("subreddits", **{"from": "0.04", "to": "0.06"})
    assert place(ranged, "view")
    assert place(ranged, "view") == place(open_page("subreddits"), "view")


@pytest.mark.parametrize("end", ["nonsense", "nan", "inf", HOSTILE])
def test_a_range_that_is_no_number_is_said_and_ignored(
    shown: Path, open_page: Open, end: str
) -> None:
    app = open_page("subreddits", **{"from": end})
    assert "which is not a number" in app.warning[0].value
    assert len(app.dataframe[0].value)


def test_a_clicked_mark_shows_that_subreddit_in_full(shown: Path, open_page: Open) -> None:
    app = open_page("subreddits", view="figure")
    traces = [t for t in figures(app)[0]["data"] if t.get("customdata")]
    mark = next(m for t in traces for m in t["customdata"] if m[0] == "politics")
    app = click(app, "scatter", mark)
    assert app.query_params["subreddit"] == "politics"
    assert "r/politics" in {s.value for s in app.header}


def test_a_click_that_stays_does_not_win_over_a_later_choice(shown: Path, open_page: Open) -> None:
    app = click(open_page("subreddits", view="figure"), "scatter", ["politics", "politics", 0, 1])
    app = press(app, "Next")
    assert app.query_params["subreddit"] != "politics"


def test_a_ticked_row_shows_that_subreddit_in_full(shown: Path, open_page: Open) -> None:
    app = open_page("subreddits", search="politics", show="all")
    name = app.dataframe[0].value["Subreddit"].iloc[0]
    app = tick(app, 0, 0)
    assert app.query_params["subreddit"] == name.removeprefix("r/")


def test_called_losses_come_first_then_wins_then_the_rest_and_no_zero_is_said(
    shown: Path, open_page: Open
) -> None:
    # The other way round, what the demo's candidate wins is lost.
    app = open_page("subreddits", baseline=str(WAITING), candidate=str(PRODUCTION))
    verdicts = app.dataframe[0].value["Verdict"].tolist()
    # Between two samples of posts none is better or worse.
    ranks = [0 if v == "▼ lower" else 1 if v == "▲ higher" else 2 for v in verdicts]
    assert ranks == sorted(ranks)
    assert ranks[0] == 0
    said = app.markdown[0].value if "Subreddits" in app.markdown[0].value else text_of(app)
    assert not re.search(r"(?<![\d.,])0 (subreddits|better|worse|new|dropped|have|has|show)", said)


def test_next_and_previous_walk_as_the_table_is_ordered_and_filtered(
    shown: Path, open_page: Open
) -> None:
    app = open_page("subreddits", posts="30", subreddit_order="-Posts")
    table = app.dataframe[0].value
    assert table["Posts"].is_monotonic_decreasing
    names = table["Subreddit"].str.removeprefix("r/").tolist()
    seen = []
    for label in ("Open the first", "Next", "Next", "Previous"):
        app = press(app, label)
        seen.append(app.query_params["subreddit"])
    assert seen == [names[0], names[1], names[2], names[1]]
    assert f"2 of {len(names)}" in text_of(app)


def test_a_heading_orders_the_subreddits_those_without_a_value_last(
    shown: Path, open_page: Open
) -> None:
    app = click_heading(open_page("subreddits", subreddit="nba"), 0, "Change")
    assert app.query_params["subreddit_order"] == "-Change"
    changes = app.dataframe[0].value["Change"]
    assert changes.dropna().is_monotonic_decreasing
    assert changes.tail(2).isna().all()
    assert app.query_params["subreddit"] == "nba"


def test_the_ticked_row_is_the_one_in_the_address(shown: Path, open_page: Open) -> None:
    app = press(open_page("subreddits", subreddit="nba"), "Next")
    table = app.dataframe[0]
    (row,) = app.session_state[table.key]["selection"]["rows"]
    assert table.value["Subreddit"].iloc[row] == f"r/{app.query_params['subreddit']}"
    app = press(app, "Close")
    assert "subreddit" not in app.query_params
    assert app.session_state[app.dataframe[0].key]["selection"]["rows"] == []


def test_a_subreddit_that_is_not_there_is_said(shown: Path, open_page: Open) -> None:
    app = open_page("subreddits", subreddit=HOSTILE)
    assert "is not in this comparison" in app.warning[0].value
    assert "<script>" not in text_of(app)


def test_the_posts_of_a_subreddit_are_read_one_after_the_other(
    shown: Path, open_page: Open
) -> None:
    app = open_page("subreddits", subreddit="politics")
    titles = app.dataframe[1].value["Title"].tolist()
    app = press(app, "Read the posts")
    assert titles[0] in plain_text_of(app)
    app = press(app, "Next")
    assert titles[1] in plain_text_of(app)
    assert f"2 of {len(titles)}" in text_of(app)
    app = press(app, "Back")
    assert "post" not in app.query_params
    assert app.query_params["subreddit"] == "politics"


def test_where_precision_accounts_for_a_change_the_posts_of_others_are_read_first(
    shown: Path, open_page: Open
) -> None:
    store_ = open_store(shown)
    made = comparing.compare(store_, comparing.pair(store_, PRODUCTION, WAITING))
    laid = lay_out(store_, comparing.pair(store_, PRODUCTION, WAITING), {})
    names = comparing.changes_of(store_, made)["subreddit"]
    subreddit = next(n for n in names if behind(laid, n)[0].taken_for)
    posts = laid.posts.post_id[chosen(laid, Which(taken_for=subreddit))]
    app = open_page("subreddits", subreddit=subreddit)
    assert f"Taken for it** :gray[{len(posts)} post" in text_of(app)
    app = press(app, "Read the posts")
    assert app.query_params["post"] == posts[0]
    assert f"1 of {len(posts)}" in text_of(app)
    app = tick(press(app, "Back"), 2, 0)
    assert app.query_params["post"] in laid.posts.post_id[chosen(laid, Which(subreddit=subreddit))]


def test_another_subreddit_leaves_the_post_of_the_one_before(shown: Path, open_page: Open) -> None:
    app = press(open_page("subreddits", subreddit="politics"), "Read the posts")
    app = tick(app, 0, 5)
    assert app.query_params["subreddit"] != "politics"
    assert "post" not in app.query_params


def test_intervals_and_q_values_are_shown_when_asked_for(shown: Path, open_page: Open) -> None:
    more = {"Low", "High", "q", "Smallest"}
    assert not more & set(open_page("subreddits").dataframe[0].value)
    table = open_page("subreddits", tests="true").dataframe[0].value
    assert more <= set(table)
    known = table.dropna(subset=["Low"])
    assert (known["Low"] <= known["High"]).all()


def test_topics_filter(shown: Path, open_page: Open) -> None:
    topics = open_page("subreddits").selectbox(key="topic").options
    assert len(topics) > 2
    app = open_page("subreddits", topic=topics[1])
    everything = len(open_page("subreddits").dataframe[0].value)
    assert 0 < len(app.dataframe[0].value) < everything


def test_what_these_posts_would_miss_is_told(shown: Path, open_page: Open) -> None:
    assert "“No change shown” is not “no change”" in text_of(open_page("subreddits"))
    said = text_of(open_page("subreddits", subreddit="politics"))
    assert "a change smaller than" in said
    assert "Exact test of recall alone" in said


def test_a_post_of_the_subreddit_shows_both_top_fives(shown: Path, open_page: Open) -> None:
    app = tick(open_page("subreddits", subreddit="politics"), 1, 0)
    first, second = (d.value for d in app.dataframe[1:3])
    assert len(first) == len(second) == 5
    assert first["Probability"].is_monotonic_decreasing
    assert "✓ r/politics" in {*first["Subreddit"], *second["Subreddit"]}
    assert "post" in app.query_params


def test_the_way_to_the_changed_posts_keeps_pair_and_subreddit(
    shown: Path, open_page: Open
) -> None:
    app = open_page("subreddits", baseline="8", candidate="20", subreddit="politics")
    query = links(app)["Only changed posts, in r/politics"]
    assert query == "baseline=8&candidate=20&subreddit=politics"


def test_files_hold_every_row_at_full_precision(store: Store) -> None:
    made = comparing.compare(store, comparing.pair(store, PRODUCTION, WAITING))
    changes = comparing.changes_of(store, made)
    read = pd.read_csv(io.BytesIO(as_csv(changes)), keep_default_na=True)
    assert read["difference"].dropna().tolist() == changes["difference"].dropna().tolist()
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(as_parquet(changes))), changes)


def test_a_hostile_name_is_shown_as_text(
    store: Store, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = data.frame_artifact

    def renamed(digest: str) -> pd.DataFrame:
        return whole(digest).replace({"subreddit": {"politics": HOSTILE}})

    monkeypatch.setattr(data, "frame_artifact", renamed)
    app = open_page("subreddits", subreddit=HOSTILE, view="figure")
    assert f"r/{HOSTILE}" in plain_text_of(app)
    assert "<script>" not in text_of(app)
    hovers = [m[1] for t in figures(app)[0]["data"] for m in t.get("customdata") or []]
    assert not [name for name in hovers if "<" in name]
