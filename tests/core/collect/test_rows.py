"""A row becomes a post, or the reason why it does not."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.collect.posts import Post, row
from core.collect.rows import FIRST_REDDIT_SECOND, Skipped, is_subreddit, parse_row
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
}
NOW = FIRST + 86_400


def parse(**changes: str) -> Post | Skipped:
    cells = FILLED | changes
    columns = {name: index for index, name in enumerate(cells)}
    return parse_row(list(cells.values()), columns, subreddit="cats", now=NOW)


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


def test_needed_columns_are_enough() -> None:
    cells = [FILLED[name] for name in ("id", "created_utc", "title", "selftext")]
    columns = {"id": 0, "created_utc": 1, "title": 2, "selftext": 3}
    post = parse_row(cells, columns, subreddit="cats", now=NOW)
    assert isinstance(post, Post)
    assert (post.score, post.num_comments, post.url, post.is_self) == (0, 0, "", True)


def test_a_column_may_name_the_subreddit() -> None:
    assert parse(subreddit="space").subreddit == "space"  # type: ignore[union-attr]
    assert parse(subreddit="").subreddit == "cats"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("not_utf8", {"title": "caf\udce9"}),
        ("not_utf8", {"selftext": "caf\udce9"}),
        ("not_utf8", {"link_flair_text": "caf\udce9"}),
        ("not_utf8", {"url": "http://example.org/\udce9"}),
        ("not_utf8", {"domain": "\udce9.example.org"}),
        ("bad_id", {"id": ""}),
        ("bad_id", {"id": "\udce9"}),
        ("bad_id", {"id": "../../etc"}),
        ("bad_id", {"id": "a" * 17}),
        ("bad_id", {"id": "18TYPB"}),
        ("bad_time", {"created_utc": ""}),
        ("bad_time", {"created_utc": "\udce9"}),
        ("bad_time", {"created_utc": "yesterday"}),
        ("bad_time", {"created_utc": "nan"}),
        ("bad_time", {"created_utc": "1e400"}),
        ("bad_time", {"created_utc": str(FIRST_REDDIT_SECOND - 1)}),
        ("bad_time", {"created_utc": str(NOW + 86_401)}),
        ("bad_number", {"score": "many"}),
        ("bad_number", {"num_comments": "1e30"}),
        ("removed", {"selftext": "[removed]"}),
        ("deleted", {"selftext": " [deleted] "}),
        ("deleted", {"title": "[deleted]"}),
        ("no_text", {"title": " ", "selftext": ""}),
        ("no_text", {"title": "\x00", "selftext": "\x1b"}),
        ("bad_subreddit", {"subreddit": "two words"}),
        ("bad_subreddit", {"subreddit": "line\nbreak"}),
        ("bad_subreddit", {"subreddit": "caf\udce9"}),
    ],
)
def test_a_row_that_is_no_post_says_why(reason: str, changes: dict[str, str]) -> None:
    skipped = parse(**changes)
    assert isinstance(skipped, Skipped)
    assert skipped.reason == reason
    skipped.detail.encode()  # it goes to the log


def test_a_row_with_other_fields_than_the_header_says_how_many() -> None:
    skipped = parse_row(["a", "b"], {"id": 0}, subreddit="cats", now=NOW)
    assert skipped == Skipped("wrong_field_count", "2 fields, the header has 1")


words = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=30).map(
    str.strip
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
    columns = {name: index for index, name in enumerate(header)}
    assert parse_row(cells, columns, subreddit="", now=NOW) == post


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
