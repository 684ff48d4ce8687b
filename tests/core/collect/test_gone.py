"""Whether a post is gone: one answer for files, listings and posts that are checked again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.collect.gone import GONE, why_gone, why_gone_now
from core.collect.rows import Skipped, parse_row
from tests.factories import FIRST


def entry(**more: Any) -> dict[str, Any]:
    plain = {
        "id": "a1",
        "subreddit": "cats",
        "created_utc": FIRST,
        "title": "Why does my kitten purr",
        "selftext": "It does.",
        "author": "somebody",
        "removed_by_category": None,
    }
    return plain | more


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, None),
        ({"removed_by_category": "deleted"}, "deleted"),
        ({"removed_by_category": "author"}, "deleted"),
        ({"removed_by_category": "moderator"}, "removed"),
        ({"removed_by_category": "reddit"}, "removed"),
        ({"removed_by_category": "anything_new"}, "removed"),
        ({"removed_by_category": "moderator", "subreddit": None}, "removed"),
        ({"removed_by_category": "deleted", "created_utc": None}, "deleted"),
        ({"selftext": "[deleted]"}, "deleted"),
        ({"selftext": "[removed]"}, "removed"),
        ({"title": "[deleted by user]", "selftext": ""}, "deleted"),
        ({"author": None}, None),  # the account is gone, the post is shown
        ({"author": None, "selftext": ""}, "deleted"),
        ({"author": "[deleted]", "selftext": ""}, "deleted"),
        ({"author": None, "selftext": "&#x200B;\u200b"}, "deleted"),
        ({"removed_by_category": "Author"}, "deleted"),
        ({"removed_by_category": False}, None),
        ({"created_utc": None}, None),  # a strange entry tells nothing
    ],
)
def test_why_a_post_is_gone(more: dict[str, Any], why: str | None) -> None:
    assert why_gone_now(entry(**more)) == why


def test_an_entry_that_does_not_tell_its_author_is_of_no_deleted_account() -> None:
    told = entry(selftext="")
    del told["author"]
    assert why_gone_now(told) is None


entries = st.fixed_dictionaries(
    {"title": st.sampled_from(["A title", "[deleted by user]", "[removed]", "[ Removed ]"])},
    optional={
        "selftext": st.sampled_from(["", "It does.", "[deleted]", "[removed]", "\u200b", None]),
        "author": st.sampled_from(["somebody", None, "[deleted]", ""]),
        "removed_by_category": st.sampled_from([None, "", "author", "moderator", False, 0, 5]),
        "_meta": st.sampled_from([None, {"was_deleted_later": True}, {"removal_type": "reddit"}]),
    },
)


@given(entries)
def test_what_counts_as_gone_in_a_file_counts_as_gone_on_reddit(more: dict[str, Any]) -> None:
    row = {"id": "a1", "subreddit": "cats", "created_utc": FIRST} | more
    parsed = parse_row(row, now=FIRST)
    by_file = parsed.reason if isinstance(parsed, Skipped) and parsed.reason in GONE else None
    now = why_gone_now(row)
    nobody = "author" in row and row["author"] in (None, "[deleted]")
    assert now == by_file or (nobody and (by_file, now) == (None, "deleted"))


def test_a_link_without_an_author_in_a_file_is_kept() -> None:
    row = entry(author=None, selftext="")
    assert why_gone(row, row["title"], "") is None
    assert not isinstance(parse_row(row, now=FIRST), Skipped)
