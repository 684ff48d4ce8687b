"""The page Data: what there is, what is wrong with it, and the way to a new count."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from core.executions import listing, record
from core.quality import check as quality
from core.quality.summary import DAY
from core.store import Store, collection, open_store
from core.store.writing import write
from dashboard.charts.coverage import bars, bin_names, over_time
from dashboard.charts.theme import LIGHT
from dashboard.parts.arrivals import skipped
from tests.dashboard.conftest import Open
from tests.dashboard.reading import (
    HOSTILE,
    button,
    decoded,
    figures,
    plain_text_of,
    press,
    text_of,
    tick,
)
from tests.factories import FIRST, fill, make_corpus, make_post


@pytest.fixture
def holed(store: Store) -> Store:
    """Two subreddits, one of them without its days 40 to 59, checked."""
    posts = [
        make_post(
            id=f"{subreddit}{day}x{n}",
            subreddit=subreddit,
            created_utc=FIRST + day * DAY,
            title=f"{subreddit} {day} {n}",
        )
        for subreddit in ("cats", "dogs")
        for day in range(90)
        for n in range(2)
        if subreddit == "dogs" or not 40 <= day < 60
    ]
    fill(store, posts)
    quality.check(store)
    return store


def test_the_demo_is_checked_and_said_to_be_generated(demo: Path, open_page: Open) -> None:
    summary = quality.summary(store := open_store(demo), made_of(store))
    app = open_page("data")
    said = plain_text_of(app)
    assert f"**{summary.posts:,} posts** of **{summary.subreddits} subreddits**" in said
    assert "Generated posts" in said
    assert "Nothing has changed since." in said
    assert [metric.label for metric in app.metric] == [
        "Posts",
        "Subreddits",
        "Newest post",
        "Repeated texts",
        "Gaps",
    ]


def made_of(store: Store) -> quality.Check:
    made = quality.latest(store)
    assert made is not None
    return made


def test_posts_that_were_never_counted_are_with_a_press(store: Store, open_page: Open) -> None:
    fill(store, make_corpus())
    app = open_page("data")
    assert "240 posts, not checked yet." in text_of(app)
    assert [code.value for code in app.code] == ["signoff data check"]
    app = press(app, "Check 240 posts now")
    assert app.success[0].value == "Data check finished."
    assert "**240 posts** of **4 subreddits**" in text_of(app)
    assert [execution.kind for execution in listing(store)] == ["check", "import"]


def test_who_only_looks_is_told_why_they_cannot_check(store: Store, open_page: Open) -> None:
    from streamlit import config

    fill(store, make_corpus())
    config.set_option("server.address", "0.0.0.0")  # noqa: S104 - this is what must be refused
    try:
        app = open_page("data")
        assert button(app, "Check 240 posts now").disabled
        assert "you cannot check the data here" in plain_text_of(app)
    finally:
        config.set_option("server.address", "127.0.0.1")
    assert [execution.kind for execution in listing(store)] == ["import"]


def test_an_outdated_check_is_shown_and_said_to_be_one(holed: Store, open_page: Open) -> None:
    fill(holed, [make_post(id="new1", title="Something new")])
    app = open_page("data")
    assert "there are 321 now" in app.warning[0].value
    assert "signoff data check" in [code.value for code in app.code]
    assert "**320 posts**" in text_of(app)
    app = press(app, "Check 321 posts now")
    assert "**321 posts**" in text_of(app)
    assert not app.warning


def test_the_worst_flaw_is_in_the_answer_and_each_has_its_remedy(
    holed: Store, open_page: Open
) -> None:
    said = plain_text_of(open_page("data"))
    assert "**✗ Worst:** About 40 posts missing in 1 gap of 1 subreddit." in said.replace(
        ":orange[**✗ Worst:**]", "**✗ Worst:**"
    )
    row = next(line for line in said.splitlines() if "40 posts missing" in line and "|" in line)
    assert "`signoff collect posts" in row
    assert "`signoff collect posts --whole --subreddit NAME`" in row


def test_sound_data_are_said_to_be_sound(store: Store, open_page: Open) -> None:
    fill(store, make_corpus())
    quality.check(store)
    assert "✓ No problems" in text_of(open_page("data"))
    assert "✓ No gaps found." in text_of(open_page("data"))


def test_one_subreddit_is_shown_over_time_with_its_gap(holed: Store, open_page: Open) -> None:
    everything = figures(open_page("data"))[0]
    assert sum(decoded(everything["data"][0]["y"])) == 320
    assert "shapes" not in everything["layout"]
    app = open_page("data", subreddit="cats")
    one = figures(app)[0]
    assert sum(decoded(one["data"][0]["y"])) == 140
    assert len(one["layout"]["shapes"]) == 1
    assert one["layout"]["annotations"][0]["text"] == "▼ gap of 20 days"
    assert app.query_params["subreddit"] == "cats"


def test_a_link_to_an_unknown_subreddit_says_so_and_shows_all(
    holed: Store, open_page: Open
) -> None:
    app = open_page("data", subreddit=HOSTILE)
    assert "which is not here" in app.warning[0].value
    assert "<script>" not in app.warning[0].value
    assert sum(decoded(figures(app)[0]["data"][0]["y"])) == 320


def test_the_table_is_searched_and_a_tick_shows_the_subreddit_over_time(
    holed: Store, open_page: Open
) -> None:
    app = open_page("data", search="r/CAT")
    assert app.dataframe[0].value["Subreddit"].tolist() == ["r/cats"]
    assert app.dataframe[0].value["Days missing"].tolist() == [20]
    app = tick(app, 0, 0)
    assert app.query_params["subreddit"] == "cats"
    assert sum(decoded(figures(app)[0]["data"][0]["y"])) == 140
    app = open_page("data", search="nosuchthing")
    assert any("No subreddit matches" in info.value for info in app.info)


def test_both_views_of_the_table_have_seven_columns_at_most(holed: Store, open_page: Open) -> None:
    coverage = open_page("data").dataframe[0].value
    texts = open_page("data", show="texts").dataframe[0].value
    assert len(coverage.columns) <= 7
    assert len(texts.columns) <= 7
    assert {"First", "Last", "Per day", "Gaps"} <= set(coverage)
    assert {"No text", "Repeats", "Elsewhere", "Title only"} <= set(texts)


def test_gaps_are_listed_with_their_days(holed: Store, open_page: Open) -> None:
    (gap,) = open_page("data").dataframe[1].value.to_dict("records")
    assert (gap["Subreddit"], gap["Days"], gap["Posts missing"]) == ("r/cats", 20, 40)
    first = datetime.fromtimestamp(FIRST + 40 * DAY, UTC).date()
    assert gap["From"].date() == first
    assert (gap["To"] - gap["From"]).days == 19


def test_the_last_runs_tell_what_they_skipped_and_how_subreddits_were_met(
    holed: Store, open_page: Open
) -> None:
    with record(holed, "collect", params={}, inputs={}) as run:
        run.metrics = {"read": 1_200, "inserted": 5, "updated": 1, "skipped": {"no_text": 3}}
    with write(holed) as session:
        collection.write_outcome(
            session,
            "cats",
            outcome="rate_limited",
            detail="",
            at=datetime(2026, 5, 31, tzinfo=UTC),
            failures=1,
            retry_at=None,
        )
    said = plain_text_of(open_page("data"))
    assert f"| [#{run.number} collect](execution?execution={run.number})" in said
    assert "| 1,200 | 5 | 1 | 3 no text |" in said
    assert "| rate limited | 1 | 2026-05-31 00:00 |" in said


def test_reasons_are_told_commonest_first() -> None:
    assert skipped({"bad_id": 2, "no_text": 1_500}) == "1,500 no text, 2 bad id"
    assert skipped({}) == "–"


def test_a_long_span_is_shown_by_weeks_from_monday_to_sunday() -> None:
    monday = 4 + 7 * 2_000
    days = pd.DataFrame({"day": [monday - 1, monday, monday + 6, monday + 500], "posts": 1})
    first, posts, width = bars(days)
    assert width == 7
    assert sum(posts) == 4
    assert dict(zip(first, posts, strict=True))[monday] == 2
    assert all((day - 4) % 7 == 0 for day in first)


def test_a_short_span_is_shown_by_days_and_empty_ones_are_there() -> None:
    first, posts, width = bars(pd.DataFrame({"day": [10, 13], "posts": [5, 7]}))
    assert (first, posts, width) == ([10, 11, 12, 13], [5, 0, 0, 7], 1)


def test_a_figure_names_its_axes_and_is_always_as_high() -> None:
    gaps = pd.DataFrame({"day": [], "days": [], "expected": []})
    short = over_time(pd.DataFrame({"day": [10], "posts": [5]}), gaps, LIGHT)
    long = over_time(pd.DataFrame({"day": [10, 999], "posts": [5, 5]}), gaps, LIGHT)
    assert short.layout.height == long.layout.height
    assert short.layout.yaxis.title.text == "posts a day"
    assert long.layout.yaxis.title.text == "posts a week"


def test_bins_of_words_are_named_by_what_they_hold() -> None:
    assert bin_names([0, 1, 2, 4, 1_000, 1 << 31]) == ["0", "1", "2–3", "4–999", "1,000 or more"]
