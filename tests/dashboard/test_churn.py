"""The page Churn on the demo: which posts it lists, and one of them in full."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.comparison import compare as comparing
from core.comparison import posts as laying
from core.comparison.results import ChurnCounts
from core.store import Store, open_store
from tests.dashboard.conftest import Open
from tests.dashboard.reading import (
    HOSTILE,
    button,
    click_heading,
    links,
    plain,
    plain_text_of,
    press,
    text_of,
    tick,
)
from tests.demo_workspace import PRODUCTION, WAITING

EACH = 25


@pytest.fixture
def churn(shown: Path) -> ChurnCounts:
    """What the demo's comparison says of its posts."""
    store: Store = open_store(shown)
    made = comparing.compare(store, comparing.pair(store, PRODUCTION, WAITING))
    counts = comparing.summary_of(store, made).churn
    assert counts is not None
    return counts


def test_the_answer_counts_what_changed_and_how(churn: ChurnCounts, open_page: Open) -> None:
    said = plain_text_of(open_page("churn"))
    assert f"**{churn.changed:,}** of 2,133 posts" in said
    assert f"{churn.fixed} fixed, {churn.broken} broken, {churn.swapped} swapped." in said


def test_posts_come_a_page_at_a_time(churn: ChurnCounts, open_page: Open) -> None:
    app = open_page("churn")
    first = app.dataframe[0].value
    assert len(first) == EACH
    assert f"1 to {EACH} of {churn.changed:,} posts" in text_of(app)
    last = -(-churn.changed // EACH)
    app = open_page("churn", page=str(last))
    assert len(app.dataframe[0].value) == churn.changed - (last - 1) * EACH
    assert app.query_params["page"] == str(last)


@pytest.mark.parametrize("page", ["99999", "-3", "0", "x", "nan"])
def test_a_page_that_is_not_there_leads_to_one_that_is(
    shown: Path, open_page: Open, page: str
) -> None:
    assert len(open_page("churn", page=page).dataframe[0].value)


def test_other_filters_begin_at_their_first_page(churn: ChurnCounts, open_page: Open) -> None:
    app = open_page("churn", page="3")
    app.selectbox(key="change").select("fixed").run()
    assert "page" not in app.query_params
    assert f"1 to {EACH} of {churn.fixed:,} posts" in text_of(app)


@pytest.mark.parametrize(
    ("kind", "mark"), [("fixed", "▲ fixed"), ("broken", "▼ broken"), ("swapped", "⇄ swapped")]
)
def test_posts_are_filtered_by_what_became_of_them(
    churn: ChurnCounts, open_page: Open, kind: str, mark: str
) -> None:
    app = open_page("churn", change=kind)
    assert set(app.dataframe[0].value["Change"]) == {mark}
    assert f"of {getattr(churn, kind):,} posts" in text_of(app)


def test_posts_are_filtered_by_subreddit_and_slice(shown: Path, open_page: Open) -> None:
    app = open_page("churn", subreddit="politics")
    assert set(app.dataframe[0].value["Subreddit"]) == {"r/politics"}
    parts = [
        plain_text_of(open_page("churn", slice="kind of post", value=value, subreddit="nba"))
        for value in ("self post", "link post")
    ]
    both = sum(int(re.findall(r"1(?: to \d+)? of (\d+) post", part)[-1]) for part in parts)
    alone = plain_text_of(open_page("churn", subreddit="nba"))
    assert f"of {both} posts" in alone


def test_a_second_slice_of_a_link_can_be_taken_away(shown: Path, open_page: Open) -> None:
    second = {"slice_2": "kind of post", "value_2": "self post"}
    app = open_page("churn", **second)
    narrow = plain_text_of(app)
    next(b for b in app.button if b.key == "remove-slice_2-value_2").click()
    app.run()
    assert "slice_2" not in app.query_params
    assert plain_text_of(app) != narrow


def test_posts_taken_for_a_subreddit_are_of_others_until_the_filter_is_taken_away(
    churn: ChurnCounts, open_page: Open
) -> None:
    app = open_page("churn", taken_for="politics")
    rows = app.dataframe[0].value
    assert "r/politics" not in set(rows["Subreddit"])
    said = rows[["Baseline predicts", "Candidate predicts"]]
    assert said.apply(lambda side: side.str.startswith("r/politics ")).any(axis=1).all()
    app = press(app, "Taken for r/politics")
    assert "taken_for" not in app.query_params
    assert f"of {churn.changed:,} posts" in text_of(app)


def test_a_slice_that_is_not_there_is_said(shown: Path, open_page: Open) -> None:
    app = open_page("churn", slice_2="shoe size", value_2="43")
    assert "cannot be sliced by 'shoe size'" in plain_text_of(app)


def test_filters_that_leave_nothing_say_what_to_do(shown: Path, open_page: Open) -> None:
    found = open_page("churn", change="broken", subreddit="Emberfall")
    assert "Remove one" in found.info[0].value


def test_a_ticked_post_is_read_in_full(shown: Path, open_page: Open) -> None:
    app = open_page("churn")
    row = app.dataframe[0].value.iloc[0]
    app = tick(app, 0, 0)
    assert row["Title"] in plain_text_of(app)
    first, second = (d.value for d in app.dataframe[1:3])
    assert first["Subreddit"][0].removeprefix("✓ ") == row["Baseline predicts"].split()[0]
    assert second["Subreddit"][0].removeprefix("✓ ") == row["Candidate predicts"].split()[0]
    right = [name for name in (*first["Subreddit"], *second["Subreddit"]) if name.startswith("✓")]
    assert set(right) <= {f"✓ {row['Subreddit']}"}


def test_next_and_previous_walk_through_the_posts_that_match_across_pages(
    churn: ChurnCounts, open_page: Open
) -> None:
    app = open_page("churn", change="fixed")
    titles = app.dataframe[0].value["Title"].tolist()
    app = tick(app, 0, EACH - 1)
    assert f"{EACH} of {churn.fixed}" in text_of(app)
    app = press(app, "Next")
    assert f"{EACH + 1} of {churn.fixed}" in text_of(app)
    assert app.query_params["page"] == "2"
    assert app.dataframe[0].value["Title"][0] in [header.value for header in app.header]
    app = press(press(app, "Previous"), "Previous")
    assert "page" not in app.query_params
    assert titles[EACH - 2] in plain([header.value for header in app.header][-1])


def test_the_first_post_opens_without_the_table(shown: Path, open_page: Open) -> None:
    app = open_page("churn")
    title = app.dataframe[0].value["Title"][0]
    app = press(app, "Open the first")
    assert title in plain_text_of(app)
    assert button(app, "Previous").disabled
    assert "post" not in press(app, "Close").query_params


def test_a_post_outside_the_filters_leads_to_the_first_within(
    churn: ChurnCounts, open_page: Open
) -> None:
    post = tick(open_page("churn", change="broken"), 0, 0).query_params["post"]
    app = open_page("churn", change="fixed", post=post)
    assert f"not among the {churn.fixed}" in text_of(app)
    first = app.dataframe[0].value["Title"][0]
    assert first in plain([header.value for header in press(app, "Next").header][-1])


def test_a_heading_orders_all_posts_and_next_follows_it(shown: Path, open_page: Open) -> None:
    app = open_page("churn", post_order="-Candidate predicts")
    shown_ = app.dataframe[0].value["Candidate predicts"].str.split().str[-1].astype(float)
    assert shown_.is_monotonic_decreasing
    assert shown_[0] > 0.9
    second = app.dataframe[0].value["Title"][1]
    app = press(tick(app, 0, 0), "Next")
    assert second in plain_text_of(app)


def test_a_clicked_heading_goes_into_the_address_and_back_out(shown: Path, open_page: Open) -> None:
    app, seen = open_page("churn"), []
    for _ in range(3):
        app = click_heading(app, 0, "Candidate predicts")
        seen.append(app.query_params.get("post_order"))
    assert seen == ["Candidate predicts", "-Candidate predicts", None]
    app = click_heading(app, 0, "Title")
    assert "post_order" not in app.query_params


def test_a_click_in_a_row_reads_its_post(shown: Path, open_page: Open) -> None:
    app = open_page("churn")
    title = app.dataframe[0].value["Title"][2]
    selection = {"rows": [], "columns": [], "cells": [(2, "Title")]}
    app.session_state[app.dataframe[0].key] = {"selection": selection}
    assert title in plain_text_of(app.run())


def test_a_post_of_reddit_has_a_link_there_and_a_generated_one_has_none(
    demo: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = tick(open_page("churn"), 0, 0).query_params["post"]
    assert not open_page("churn", post=post).get("link_button")
    whole = laying.posts_by_id

    def real(*given: Any) -> dict[str, Any]:
        return {key: replace(one, source="csv") for key, one in whole(*given).items()}

    monkeypatch.setattr(laying, "posts_by_id", real)
    (link,) = open_page("churn", post=post).get("link_button")
    assert link.proto.url == f"https://www.reddit.com/comments/{post}"


def test_the_words_that_speak_for_a_prediction_are_told(shown: Path, open_page: Open) -> None:
    app = open_page("churn")
    assert "Words that support the prediction" not in text_of(app)
    said = plain_text_of(tick(app, 0, 0))
    assert said.count("| Word | For r/") == 2


def test_a_link_to_a_post_shows_it_whatever_the_page(shown: Path, open_page: Open) -> None:
    post = tick(open_page("churn"), 0, 0).query_params["post"]
    app = open_page("churn", post=post, page="5", change="swapped")
    assert f"UTC · {post}" in plain_text_of(app)


def test_a_link_to_no_post_is_explained(shown: Path, open_page: Open) -> None:
    app = open_page("churn", post=HOSTILE)
    assert "There is no post" in app.error[0].value
    assert "<script>" not in text_of(app)


def test_an_erased_post_says_so_and_shows_no_text(
    demo: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("churn")
    title = app.dataframe[0].value["Title"][0]
    post = tick(app, 0, 0).query_params["post"]
    monkeypatch.setattr(laying, "posts_by_id", lambda *_: {})
    app = open_page("churn", post=post)
    said = plain_text_of(app)
    assert "This post was erased" in said
    assert title not in said
    assert "Words that support the prediction" not in said
    assert set(app.dataframe[0].value["Title"]) == {laying.GONE}


def test_a_hostile_post_is_shown_as_text(
    demo: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = laying.posts_by_id

    def hostile(*given: Any) -> dict[str, Any]:
        body = f"# {HOSTILE}\n\n- {HOSTILE}" * 20
        return {key: replace(post, title=HOSTILE, body=body) for key, post in whole(*given).items()}

    monkeypatch.setattr(laying, "posts_by_id", hostile)
    app = tick(open_page("churn"), 0, 0)
    assert HOSTILE in plain_text_of(app)
    for mark in ("<script>", "[x](", ":material/home: "):
        assert mark not in text_of(app)


def test_different_posts_cannot_be_read_side_by_side(shown: Path, open_page: Open) -> None:
    app = open_page("churn", baseline="9", candidate="21")
    assert "single posts cannot be compared" in text_of(app)
    assert "signoff evaluate 8 --on until-october:valid" in app.code[0].value
    assert not app.dataframe


def test_the_ways_on_keep_the_pair(shown: Path, open_page: Open) -> None:
    found = links(open_page("churn", baseline="8", candidate="20", subreddit="nba"))
    assert found["Who wins, who loses"] == "baseline=8&candidate=20&subreddit=nba"
    assert found["Is it better"] == "baseline=8&candidate=20"


def test_a_subreddit_of_another_page_is_no_filter_here(shown: Path, open_page: Open) -> None:
    app = open_page("subreddits", subreddit="london")
    app.query_params.clear()
    app.switch_page("views/churn.py").run()
    assert app.selectbox(key="subreddit-choice").value is None
    assert len(app.dataframe[0].value) == EACH


def test_a_hostile_slice_of_a_link_is_shown_as_text(shown: Path, open_page: Open) -> None:
    app = open_page("churn", slice=HOSTILE, slice_2=HOSTILE, value_2=HOSTILE)
    shown = [*(b.label for b in app.button), text_of(app)]
    assert not [text for text in shown if "<script>" in text]
