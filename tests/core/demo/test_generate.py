"""The generated demo: the same for a seed, like Reddit in shape, and hard where it should be."""

from collections import Counter
from datetime import UTC, date, datetime
from random import Random

import pytest

from core.collect.posts import Post
from core.demo.build import LISTS
from core.demo.generate import FIRST_DAY, LAST_DAY, generate_posts
from core.demo.slots import Filler, article
from core.demo.wordlists import Lists, Subreddit, Voice, load_lists

LATE = {"Emberfall": date(2026, 9, 14), "kestrellang": date(2026, 10, 5)}
ELECTION = {"politics", "PoliticalDiscussion", "news", "worldnews"}
ELECTION_WORDS = ("marlowe", "castellane", "harbor party", "meadow alliance")


def new_words(one: Subreddit) -> set[str]:
    """Return the words an event brings, in lower case."""
    usual = {word for kind in one.voice.words.values() for word in kind}
    event = one.event.voice.words.values() if one.event else ()
    return {word.lower() for kind in event for word in kind if word not in usual}


@pytest.fixture(scope="module")
def posts() -> list[Post]:
    return generate_posts(LISTS)


@pytest.fixture(scope="module")
def lists() -> Lists:
    return load_lists(LISTS)


def day(post: Post) -> date:
    return datetime.fromtimestamp(post.created_utc, UTC).date()


def speaks_of_the_election(post: Post) -> bool:
    return any(word in f"{post.title} {post.body}".lower() for word in ELECTION_WORDS)


def test_same_seed_gives_the_same_posts(posts: list[Post]) -> None:
    assert generate_posts(LISTS, seed=0) == posts


@pytest.mark.slow
def test_another_seed_gives_other_posts(posts: list[Post]) -> None:
    assert generate_posts(LISTS, seed=1) != posts


def test_every_subreddit_has_its_number_of_posts(posts: list[Post], lists: Lists) -> None:
    counts = Counter(post.subreddit for post in posts)
    assert set(counts) == {one.name for one in lists.subreddits}
    for name, count in counts.items():
        low, high = (80, 160) if name in LATE else (150, 250)
        assert low <= count <= high, f"r/{name} has {count}"


def test_posts_are_sorted_and_numbered(posts: list[Post]) -> None:
    keys = [(post.created_utc, post.id) for post in posts]
    assert keys == sorted(keys)
    assert len({post.id for post in posts}) == len(posts)
    assert all(post.id.startswith("demo") for post in posts)


def test_all_days_lie_in_the_demo_period(posts: list[Post]) -> None:
    assert day(posts[0]) == FIRST_DAY
    assert day(posts[-1]) == LAST_DAY


def test_late_subreddits_begin_on_their_first_day(posts: list[Post]) -> None:
    for name, first in LATE.items():
        days = [day(post) for post in posts if post.subreddit == name]
        assert first <= min(days)
        assert (min(days) - first).days < 7


def test_election_stays_in_october_and_in_politics(posts: list[Post]) -> None:
    spoken = [post for post in posts if speaks_of_the_election(post)]
    assert {post.subreddit for post in spoken} == ELECTION
    assert {day(post).month for post in spoken} == {10}


def test_election_is_most_of_politics_in_october(posts: list[Post], lists: Lists) -> None:
    fresh = {one.name: new_words(one) for one in lists.subreddits if one.event}
    october = [p for p in posts if p.subreddit in ELECTION and day(p).month == 10]
    texts = [(p.subreddit, f"{p.title} {p.body}".lower()) for p in october]
    assert sum(any(word in text for word in fresh[name]) for name, text in texts) > len(texts) / 2


def test_no_post_has_an_empty_title_or_an_open_slot(posts: list[Post]) -> None:
    for post in posts:
        assert post.title.strip()
        assert bool(post.body) == post.is_self
        assert not {"{", "}"} & set(post.title + post.body)


def test_self_posts_and_link_posts_have_their_address(posts: list[Post]) -> None:
    for post in posts:
        if post.is_self:
            assert post.domain == f"self.{post.subreddit}"
            assert post.url == f"https://reddit.example/r/{post.subreddit}/comments/{post.id}/"
        else:
            assert post.domain.endswith(".example")
            assert post.url.startswith(f"https://{post.domain}/")


def test_some_texts_appear_twice_and_some_in_two_subreddits(posts: list[Post]) -> None:
    long = [post for post in posts if post.is_self and len(post.body) > 80]
    texts = Counter((post.subreddit, post.title, post.body) for post in long)
    places: dict[tuple[str, str], set[str]] = {}
    for post in long:
        places.setdefault((post.title, post.body), set()).add(post.subreddit)
    assert max(texts.values()) > 1
    assert any(len(names) > 1 for names in places.values())


def test_scores_have_a_heavy_tail(posts: list[Post]) -> None:
    scores = sorted(post.score for post in posts)
    assert scores[0] >= 0
    assert scores[-1] > 100 * max(scores[len(scores) // 2], 1)


def test_afternoons_are_busier_than_nights(posts: list[Post]) -> None:
    hours = Counter(post.created_utc // 3600 % 24 for post in posts)
    assert sum(hours[h] for h in range(14, 20)) > 2 * sum(hours[h] for h in range(4, 10))


def test_neighbours_share_words_and_strangers_do_not(lists: Lists) -> None:
    words = {s.name: {w for k in s.voice.words.values() for w in k} for s in lists.subreddits}
    common = {w for kind in lists.common.voice.words.values() for w in kind}
    assert len(words["Cooking"] & words["AskCulinary"] - common) >= 10
    assert len(words["Seattle"] & words["Portland"] - common) >= 20
    assert len(words["Seattle"] & words["rust"] - common) <= 2


def test_every_template_can_be_filled(lists: Lists) -> None:
    events = [s.event.voice for s in lists.subreddits if s.event]
    voices: list[Voice] = [s.voice for s in lists.subreddits] + events
    for voice in voices:
        for template in voice.titles + voice.bodies + lists.common.voice.titles:
            assert "{" not in Filler(voice.words, rng=Random(0)).fill(template)


def test_each_subreddit_has_enough_to_say(lists: Lists) -> None:
    for one in lists.subreddits:
        kinds = [
            words for kind, words in one.voice.words.items() if kind not in {"common", "lately"}
        ]
        assert sum(map(len, kinds)) >= 40, one.name
        assert 6 <= len(one.voice.titles) <= 12, one.name
        assert 6 <= len(one.voice.bodies) <= 12, one.name


def test_a_slot_keeps_its_word_within_a_post() -> None:
    filler = Filler({"things": ("oven", "pan", "knife")}, rng=Random(0))
    title = filler.fill("{thing} or {thing2}")
    assert filler.fill("{thing} or {thing2}") == title
    assert len(set(title.lower().split(" or "))) == 2


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [("oven", "an"), ("used car", "a"), ("SSD", "an"), ("euro coin", "a"), ("upset", "an")],
)
def test_article_follows_the_sound(phrase: str, expected: str) -> None:
    assert article(phrase) == expected
