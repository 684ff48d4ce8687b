"""What a check counts, recounted by plain loops over the posts."""

import statistics
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quality.languages import Languages
from core.quality.measure import joined, measure
from core.quality.summary import DAY, WORD_EDGES, Quality, QualitySummary, summarise
from core.records import from_json, to_json
from core.store.quality import PostText
from core.text import normalise

NAMES = {1: "cats", 2: "Python", 7: "space"}
NO_LANGUAGES = Languages(sample=0, unclear=0, found=())
TEXTS = ("", " ", "\x00", "Same", "same ", "Same words", "other words", "x-post: Same", "İ", "…")

posts_of_all_kinds = st.lists(
    st.builds(
        PostText,
        subreddit=st.sampled_from(sorted(NAMES)),
        created_utc=st.integers(0, 40 * DAY),
        title=st.sampled_from(TEXTS),
        body=st.sampled_from(("", "", "same", "Words of a body\nin lines")),
        score=st.integers(-(2**40), 2**40),
        over_18=st.booleans(),
        source=st.sampled_from(("file", "generated")),
        sealed=st.just(False),
    ),
    min_size=1,
    max_size=60,
)


def summarised(posts: list[PostText], *, parts: int = 1) -> Quality:
    measured = joined(measure(posts[start::parts]) for start in range(parts))
    return summarise(measured, names=NAMES, erased={2: 3}, languages=NO_LANGUAGES)


def said(post: PostText) -> str | None:
    """The text as far as case and spaces do not matter; None where normalising leaves nothing."""
    if not normalise(post.title, post.body):
        return None
    return " ".join(f"{post.title} {post.body}".lower().split())


@given(posts_of_all_kinds, st.integers(1, 4))
def test_counts_are_those_of_plain_loops(posts: list[PostText], parts: int) -> None:
    found = summarised(posts, parts=parts)
    everywhere = defaultdict(Counter[int])
    for post in posts:
        everywhere[said(post)][post.subreddit] += 1
    empty = everywhere.pop(None, Counter())
    for row in found.subreddits.to_dict("records"):
        own = [post for post in posts if NAMES[post.subreddit] == row["subreddit"]]
        id_ = own[0].subreddit
        assert row["posts"] == len(own)
        assert (row["first_utc"], row["last_utc"]) == (
            min(post.created_utc for post in own),
            max(post.created_utc for post in own),
        )
        assert row["no_text"] == empty[id_]
        assert row["repeats"] == sum(max(held[id_] - 1, 0) for held in everywhere.values())
        assert row["elsewhere"] == sum(held[id_] for held in everywhere.values() if len(held) > 1)
        assert row["title_only"] == sum(not post.body for post in own)
        assert row["crossposts"] == sum("x-post" in post.title for post in own)
        assert row["over_18"] == sum(post.over_18 for post in own)
        assert row["generated"] == sum(post.source == "generated" for post in own)
        words = [len(f"{post.title} {post.body}".split()) for post in own]
        assert row["words_median"] == statistics.median(words)
        assert row["erased"] == (3 if id_ == 2 else 0)
    assert found.summary.posts == len(posts)
    assert found.summary.nameable == empty.total() + sum(
        max(held.values()) for held in everywhere.values()
    )


@given(posts_of_all_kinds, st.lists(st.sampled_from(sorted(NAMES)), max_size=9))
def test_sealed_posts_count_as_posts_and_in_nothing_that_is_said_of_texts(
    posts: list[PostText], sealed: list[int]
) -> None:
    hidden = [PostText(id_, 0, "", "", 0, False, "file", sealed=True) for id_ in sealed]
    plain, found = summarised(posts), summarised([*posts, *hidden])
    assert found.summary.posts == len(posts) + len(sealed)
    assert found.summary.sealed == len(sealed)
    of_texts = ("no_text", "repeats", "elsewhere", "crossposts", "title_only", "words_median")
    for row in plain.subreddits.to_dict("records"):
        (other,) = found.subreddits[found.subreddits["subreddit"] == row["subreddit"]].to_dict(
            "records"
        )
        assert [other[name] for name in of_texts] == [row[name] for name in of_texts]
    assert found.summary.words == plain.summary.words


@given(posts_of_all_kinds)
def test_every_post_is_in_its_day_and_in_its_bin_of_words(posts: list[PostText]) -> None:
    found = summarised(posts)
    days = Counter((NAMES[post.subreddit], post.created_utc // DAY) for post in posts)
    rows = found.days.itertuples(index=False)
    assert {(row.subreddit, row.day): row.posts for row in rows} == days
    overall = Counter(post.created_utc // DAY for post in posts)
    assert dict(zip(found.per_day["day"], found.per_day["posts"], strict=True)) == overall
    assert found.per_day["day"].is_monotonic_increasing
    bins = found.summary.words
    assert sum(bins.counts) == len(posts)
    assert len(bins.counts) == len(WORD_EDGES) - 1
    assert from_json(QualitySummary, to_json(found.summary)) == found.summary


def test_a_post_that_repeats_and_stands_elsewhere_is_one_post() -> None:
    posts = [PostText(id_, 0, "the same", "", 0, False, "file") for id_ in (1, 1, 2)]
    found = summarised([*posts, PostText(7, 0, "another", "", 0, False, "file")]).summary
    assert (found.repeats, found.elsewhere, found.same_text) == (1, 3, 3)
    assert found.nameable == 3


def test_a_gap_is_named_with_its_subreddit_and_first_day() -> None:
    def post(subreddit: int, day: int, n: int) -> PostText:
        return PostText(subreddit, day * DAY, f"title {subreddit} {day} {n}", "", 1, False, "file")

    days = [day for day in range(100, 160) if not 120 <= day < 130]
    posts = [post(7, day, n) for day in days for n in range(4)]
    posts += [post(1, day, n) for day in range(100, 160) for n in range(4)]
    found = summarised(posts)
    (gap,) = found.gaps.to_dict("records")
    assert (gap["subreddit"], gap["day"], gap["days"]) == ("space", 120, 10)
    assert gap["expected"] == 40
    by_name = found.subreddits.set_index("subreddit")
    assert by_name["gaps"].to_dict() == {"cats": 0, "space": 1}
    assert by_name["gap_days"].to_dict() == {"cats": 0, "space": 10}
    assert by_name["per_day"].to_dict() == {"cats": 4, "space": pytest.approx(200 / 60)}
    assert found.summary.expected_in_gaps == 40


def test_more_posts_come_first_and_no_text_is_ever_the_same() -> None:
    posts = [PostText(id_, 0, "", "", 0, False, "file") for id_ in (1, 2, 2, 7, 7, 7)]
    found = summarised(posts)
    assert found.subreddits["subreddit"].tolist() == ["space", "Python", "cats"]
    assert found.summary.no_text == 6
    assert found.summary.repeats == found.summary.elsewhere == 0
    assert found.summary.nameable == 6


def test_what_nobody_sees_makes_no_other_text() -> None:
    titles = ("My dog", "My\u200b dog\ufe0f", "My dog &#x200B;")
    told = measure([PostText(1, 0, title, "", 0, False, "file") for title in titles])
    assert len(set(told.text.tolist())) == 1
    assert told.words.tolist() == [2, 2, 2]


def test_a_crosspost_has_the_text_of_its_original_whatever_its_mark() -> None:
    titles = ("My dog", "My dog [x-post from r/Funny]", "(Crosspost) My dog", "my dog {xpost!}")
    told = measure([PostText(1, 0, title, "", 0, False, "file") for title in titles])
    assert len(set(told.text.tolist())) == 1
    assert told.crosspost.tolist() == [False, True, True, True]
    bare = measure(
        [PostText(1, 0, title, "", 0, False, "file") for title in ("[xpost]", "(xpost)")]
    )
    assert len(set(bare.text.tolist())) == 2


def test_scores_beyond_32_bits_are_kept_at_their_end() -> None:
    posts = [PostText(1, 0, "a", "", score, False, "file") for score in (-(2**50), 2**50)]
    assert measure(posts).score.tolist() == [np.iinfo(np.int32).min, np.iinfo(np.int32).max]
