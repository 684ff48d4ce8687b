"""A row becomes a post, or the reason why it does not."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.collect.missing import is_missing
from core.collect.names import is_subreddit
from core.collect.posts import Post, row
from core.collect.rows import FIRST_REDDIT_SECOND, Skipped, Wanted, parse_row
from core.invisible import is_visible
from tests.factories import FIRST, make_post

FILLED = {
    "id": "18typb",
    "created_utc": f"{FIRST}.0",
    "title": "  Why does my kitten purr  ",
    "selftext": "It never stops.",
    "is_self": "True",
    "score": "634",
    "num_comments": "55",
    "over_18": "False",
    "domain": "self.cats",
    "url": "http://example.org/",
    "link_flair_text": "Question",
    "subreddit": "cats",
}
NOW = FIRST + 86_400


def parse(**changes: Any) -> Post | Skipped | None:
    return parse_row(FILLED | changes, now=NOW)


def post_of(**changes: Any) -> Post:
    found = parse(**changes)
    assert isinstance(found, Post), found
    return found


def test_a_full_row_becomes_a_post() -> None:
    assert parse() == make_post(
        id="18typb",
        title="Why does my kitten purr",
        body="It never stops.",
        is_self=True,
        score=634,
        num_comments=55,
        domain="self.cats",
        url="http://example.org/",
        flair="Question",
    )


def test_needed_fields_are_enough() -> None:
    needed = {name: FILLED[name] for name in ("id", "created_utc", "title", "subreddit")}
    post = parse_row(needed, now=NOW)
    assert isinstance(post, Post)
    assert (post.score, post.num_comments, post.url, post.is_self) == (0, 0, "", False)


@pytest.mark.parametrize(
    ("changes", "name", "expected"),
    [
        ({"id": "t3_18typb"}, "id", "18typb"),
        ({"id": None, "name": "t3_18typb"}, "id", "18typb"),
        ({"id": "18TYPB"}, "id", "18typb"),
        ({"id": " 18typb "}, "id", "18typb"),
        ({"created_utc": FIRST}, "created_utc", FIRST),
        ({"created_utc": FIRST * 1000}, "created_utc", FIRST),
        ({"created_utc": FIRST + 0.7}, "created_utc", FIRST),
        ({"created_utc": str(FIRST)}, "created_utc", FIRST),
        ({"created_utc": datetime.fromtimestamp(FIRST, UTC)}, "created_utc", FIRST),
        ({"created_utc": datetime(2023, 11, 14, 22, 13, 20)}, "created_utc", FIRST),  # noqa: DTZ001
        ({"subreddit": "r/Cats"}, "subreddit", "Cats"),
        ({"subreddit": "/r/Cats/"}, "subreddit", "Cats"),
        ({"subreddit": None, "subreddit_name_prefixed": "r/Cats"}, "subreddit", "Cats"),
        ({"subreddit": "u_someone"}, "subreddit", "u_someone"),
        ({"over_18": True}, "over_18", True),
        ({"over_18": "true"}, "over_18", True),
        ({"over_18": 1}, "over_18", True),
        ({"over_18": "1"}, "over_18", True),
        ({"over_18": "false"}, "over_18", False),
        ({"over_18": None}, "over_18", False),
        ({"over_18": []}, "over_18", False),
        ({"is_self": None, "selftext": ""}, "is_self", True),
        ({"is_self": None, "selftext": "", "domain": "imgur.com"}, "is_self", False),
        ({"is_self": "False", "selftext": ""}, "is_self", False),
        ({"is_self": False}, "is_self", True),
        ({"selftext": None}, "body", ""),
        ({"score": None}, "score", 0),
        ({"score": -3}, "score", -3),
        ({"score": "many"}, "score", 0),
        ({"num_comments": "1e30"}, "num_comments", 0),
        ({"score": 12.0}, "score", 12),
        ({"num_comments": ""}, "num_comments", 0),
        ({"link_flair_text": None}, "flair", ""),
        ({"edited": 1_700_000_123.0}, "title", "Why does my kitten purr"),
        ({"crosspost_parent": "t3_abc", "crosspost_parent_list": [{"id": "abc"}]}, "id", "18typb"),
        ({"_meta": {"is_edited": True, "was_deleted_later": False}}, "id", "18typb"),
        ({"_meta": "of another kind"}, "id", "18typb"),
        ({"removed_by_category": None}, "id", "18typb"),
        ({"title": "Salt &amp; &lt;pepper&gt;"}, "title", "Salt & <pepper>"),
        ({"title": "&amp;lt; is how to write <"}, "title", "&lt; is how to write <"),
        ({"selftext": "&gt; quoted"}, "body", "> quoted"),
        ({"url": "http://a.example/?b=1&amp;c=2"}, "url", "http://a.example/?b=1&c=2"),
    ],
)
def test_fields_that_drifted_over_the_years_are_read(
    changes: dict[str, Any], name: str, expected: object
) -> None:
    assert getattr(post_of(**changes), name) == expected


@pytest.mark.parametrize(
    ("wanted", "takes"),
    [
        (Wanted(), True),
        (Wanted(frozenset({"cats"})), True),
        (Wanted(frozenset({"space"})), False),
        (Wanted(since=FIRST), True),
        (Wanted(since=FIRST + 1), False),
        (Wanted(until=FIRST), False),
        (Wanted(until=FIRST + 1), True),
    ],
)
def test_a_post_that_is_not_wanted_is_none(wanted: Wanted, takes: bool) -> None:
    found = parse_row(FILLED | {"subreddit": "CATS"}, now=NOW, wanted=wanted)
    assert isinstance(found, Post) == takes
    assert (found is None) != takes


@pytest.mark.parametrize(
    "lacking", [{"subreddit": "no name"}, {"subreddit": None}, {"created_utc": None}]
)
@pytest.mark.parametrize("said", [{"selftext": "[removed]"}, {"removed_by_category": "author"}])
def test_a_deletion_counts_whatever_else_the_row_lacks(
    lacking: dict[str, object], said: dict[str, object]
) -> None:
    found = parse_row(FILLED | lacking | said, now=NOW)
    assert isinstance(found, Skipped)
    assert (found.gone, found.reason in {"removed", "deleted"}) == (FILLED["id"], True)


def test_what_is_not_wanted_is_not_told_as_deleted() -> None:
    gone = FILLED | {"selftext": "[deleted]"}
    assert parse_row(gone, now=NOW, wanted=Wanted(frozenset({"space"}))) is None


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("not_utf8", {"title": "caf\udce9"}),
        ("not_utf8", {"selftext": "caf\udce9"}),
        ("not_utf8", {"link_flair_text": "caf\udce9"}),
        ("not_utf8", {"url": "http://example.org/\udce9"}),
        ("not_utf8", {"domain": "\udce9.example.org"}),
        ("bad_id", {"id": ""}),
        ("bad_id", {"id": None}),
        ("bad_id", {"id": ["a"]}),
        ("bad_id", {"id": "\udce9"}),
        ("bad_id", {"id": "../../etc"}),
        ("bad_id", {"id": "a" * 17}),
        ("bad_time", {"created_utc": ""}),
        ("bad_time", {"created_utc": None}),
        ("bad_time", {"created_utc": [FIRST]}),
        ("bad_time", {"created_utc": True}),
        ("bad_time", {"created_utc": "\udce9"}),
        ("bad_time", {"created_utc": "yesterday"}),
        ("bad_time", {"created_utc": "nan"}),
        ("bad_time", {"created_utc": "1e400"}),
        ("bad_time", {"created_utc": str(FIRST_REDDIT_SECOND - 1)}),
        ("bad_time", {"created_utc": str(NOW + 86_401)}),
        ("removed", {"selftext": "[removed]"}),
        ("deleted", {"selftext": " [deleted] "}),
        ("deleted", {"title": "[deleted]"}),
        ("deleted", {"title": "[deleted by user]"}),
        ("removed", {"title": "[ Removed by Reddit ]"}),
        ("removed", {"removed_by_category": "moderator"}),
        ("removed", {"removed_by_category": "copyright_takedown"}),
        ("deleted", {"removed_by_category": "deleted"}),
        ("deleted", {"removed_by_category": "author"}),
        ("removed", {"_meta": {"removal_type": "removed by reddit"}}),
        ("deleted", {"_meta": {"removal_type": "deleted"}}),
        ("deleted", {"_meta": {"was_deleted_later": True}}),
        ("removed", {"_meta": {"was_deleted_later": True, "removal_type": "removed"}}),
        ("no_text", {"title": " ", "selftext": ""}),
        ("no_text", {"title": "\x00", "selftext": "\x1b"}),
        ("bad_subreddit", {"subreddit": ""}),
        ("bad_subreddit", {"subreddit": None}),
        ("bad_subreddit", {"subreddit": "two words"}),
        ("bad_subreddit", {"subreddit": "line\nbreak"}),
        ("bad_subreddit", {"subreddit": "caf\udce9"}),
    ],
)
def test_a_row_that_is_no_post_says_why(reason: str, changes: dict[str, Any]) -> None:
    skipped = parse(**changes)
    assert isinstance(skipped, Skipped)
    assert skipped.reason == reason
    skipped.detail.encode()  # it goes to the log


# "&" and "[" begin what a file escapes and what says that a post is gone.
plain = st.characters(codec="utf-8", exclude_characters="\r\n\x00&[")
words = (
    st.text(plain, max_size=30)
    .map(str.strip)
    .filter(lambda text: not is_missing(text) and is_visible(text) == bool(text))
)
posts = st.builds(
    make_post,
    id=st.from_regex(r"[0-9a-z]{1,16}", fullmatch=True),
    created_utc=st.integers(FIRST_REDDIT_SECOND, NOW),
    title=words.filter(lambda text: any(c.isalnum() for c in text)),
    body=words,
    score=st.integers(-1_000_000, 1_000_000),
    num_comments=st.integers(0, 1_000_000),
    over_18=st.booleans(),
    is_self=st.just(value=True),
    url=words,
    domain=words,
    flair=words,
)


@given(posts)
def test_a_post_survives_the_way_through_a_file(post: Post) -> None:
    stored = row(post, "file")
    written = {**stored, "selftext": stored["body"], "link_flair_text": stored["flair"]}
    file = io.StringIO(newline="")
    csv.writer(file).writerows([written, written.values()])
    file.seek(0)
    header, cells = csv.reader(file)
    assert parse_row(dict(zip(header, cells, strict=True)), now=NOW) == post


@given(posts, posts)
def test_fingerprints_agree_exactly_for_equal_content(one: Post, other: Post) -> None:
    same = row(one, "file")["fingerprint"] == row(other, "file")["fingerprint"]
    assert same == (one == other)


def test_the_source_is_part_of_the_fingerprint() -> None:
    post = make_post()
    assert row(post, "file")["fingerprint"] != row(post, "reddit")["fingerprint"]


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("cats", True),
        ("r4r", True),
        ("u_name-1.x", True),
        ("", False),
        ("two words", False),
        ("a" * 51, False),
        ("cats\n", False),
        ("köln", False),
    ],
)
def test_names_that_reddit_could_have(name: str, *, fits: bool) -> None:
    assert is_subreddit(name) is fits
