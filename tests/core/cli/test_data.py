"""``signoff data``: the check in words, as JSON, of one subreddit, and when it is outdated."""

import pytest

from core.store import Store
from tests.commands import assert_refused, signoff
from tests.factories import fill, make_corpus, make_post


@pytest.mark.slow
def test_check_tells_what_was_found_and_show_tells_it_again(store: Store) -> None:
    fill(store, [*make_corpus(), make_post(id="x1", title="x-post: a kitten")])
    told = signoff("data", "check")
    assert told.code == 0, told.err
    head = "241 posts of 4 subreddits, 2023-11-14 to 2023-11-24 (checked by execution #2)."
    assert head in told.out
    assert "· 1 post marked as a crosspost in the title." in told.out
    assert signoff("data", "show").out == told.out


def test_json_has_summary_findings_gaps_and_subreddits(store: Store) -> None:
    fill(store, make_corpus())
    found = signoff("data", "check", "--json").json
    assert found["execution"] == 2
    assert found["current"] is True
    assert found["summary"]["posts"] == 240
    assert found["gaps"] == []
    assert [row["posts"] for row in found["subreddits"]] == [60] * 4
    assert {each["kind"] for each in found["findings"]} >= {"title_only"}
    assert signoff("data", "show", "--json").json == found


def test_one_subreddit_is_found_however_it_is_written(store: Store) -> None:
    fill(store, make_corpus())
    signoff("data", "check")
    found = signoff("data", "show", "--subreddit", "r/CATS", "--json").json
    assert (found["subreddit"], found["posts"], found["gap_list"]) == ("cats", 60, [])
    assert "first utc" in signoff("data", "show", "--subreddit", "cats").out
    unknown = signoff("data", "show", "--subreddit", "dogs")
    assert_refused(unknown, "found no posts of r/dogs", "signoff data show --json")


def test_an_outdated_check_says_so(store: Store) -> None:
    fill(store, make_corpus())
    signoff("data", "check")
    fill(store, [make_post(id="new1")])
    told = signoff("data", "show")
    assert "Check again: signoff data check" in told.out
    assert "240 posts" in told.out
    assert "241 posts" in signoff("data", "check").out


def test_without_a_check_or_posts_the_way_on_is_told(store: object) -> None:
    assert_refused(signoff("data", "show"), "never been checked", "signoff data check")
    assert_refused(signoff("data", "check"), "no posts to check", "signoff import FOLDER")
