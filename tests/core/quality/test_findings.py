"""What is said of a check: problems first, each with its number and what mends it."""

from dataclasses import replace

import pandas as pd
import pytest

from core.hints import Command
from core.quality import check as quality
from core.quality.findings import Finding, findings
from core.quality.languages import Languages, LanguageShare
from core.quality.summary import DAY, QUANTILES, QualitySummary, Spread, WordCounts
from core.store import Store
from tests.factories import FIRST, fill, make_corpus, make_post

NO_WORDS = dict.fromkeys(map(str, QUANTILES), 0.0)
PLAIN = QualitySummary(
    posts=1_000,
    subreddits=2,
    first_utc=0,
    last_utc=0,
    no_text=0,
    repeats=0,
    elsewhere=0,
    crossposts=0,
    title_only=0,
    over_18=0,
    generated=0,
    same_text=0,
    nameable=1_000,
    gaps=0,
    gap_days=0,
    expected_in_gaps=0,
    erased=0,
    words=WordCounts(edges=(0, 1), counts=(1_000,), quantiles=NO_WORDS),
    score=Spread(quantiles=NO_WORDS),
    languages=Languages(sample=0, unclear=0, found=()),
)
LARGE = pd.DataFrame({"posts": [500, 500], "gaps": [0, 0]})


def by_kind(found: list[Finding]) -> dict[str, Finding]:
    return {each.kind: each for each in found}


def test_sound_data_have_no_findings() -> None:
    assert findings(PLAIN, LARGE) == []


def test_problems_come_first_and_the_largest_on_top() -> None:
    summary = replace(PLAIN, no_text=3, repeats=5, over_18=900, generated=1_000)
    kinds = [each.kind for each in findings(summary, LARGE)]
    assert kinds == ["repeats", "no_text", "generated", "over_18"]


def test_each_finding_has_its_share_and_a_remedy() -> None:
    summary = replace(PLAIN, no_text=1, repeats=20, elsewhere=30, nameable=985, erased=250)
    found = by_kind(findings(summary, LARGE))
    assert found["no_text"].text == "1 post without any text for a model"
    assert found["repeats"].share == 0.02
    assert "98.5%" in found["elsewhere"].hint.text
    assert found["erased"].share == 0.2
    assert all(each.hint.text.endswith(".") for each in found.values())


def test_small_subreddits_are_those_that_a_snapshot_leaves_out() -> None:
    small = pd.DataFrame({"posts": [961, 20, 19], "gaps": [0, 0, 0]})
    (found,) = findings(PLAIN, small)
    assert (found.kind, found.posts) == ("small", 19)
    assert "1 subreddit with fewer than 20" in found.text


def test_gaps_are_told_by_the_posts_that_are_missing() -> None:
    summary = replace(PLAIN, gaps=3, expected_in_gaps=40)
    (found,) = findings(summary, pd.DataFrame({"posts": [500, 500], "gaps": [3, 0]}))
    assert found.text == "About 40 posts missing in 3 gaps of 1 subreddit"
    assert found.hint.command == Command("collect posts", whole=True, subreddit="NAME")


def test_another_language_is_told_with_the_interval_of_the_sample() -> None:
    english = LanguageShare(language="en", posts=90, share=0.9, interval=(0.82, 0.95))
    german = LanguageShare(language="de", posts=10, share=0.1, interval=(0.05, 0.18))
    told = Languages(sample=120, unclear=20, found=(english, german))
    (found,) = findings(replace(PLAIN, languages=told), LARGE)
    assert not found.problem
    assert found.share == pytest.approx(0.1)
    assert found.interval == pytest.approx((0.05, 0.18))
    assert "10 of a random 100 that are long enough to detect a language" in found.text


def test_a_store_with_flaws_is_told_of_each(store: Store) -> None:
    posts = [
        make_post(id=f"{word}{day}", created_utc=FIRST + day * DAY, title=f"{word} number {day}")
        for day in range(90)
        for word in ("whiskers", "purr")
        if not 40 <= day < 60
    ]
    posts += [make_post(id=f"r{n}", created_utc=FIRST, title="The same again") for n in range(3)]
    posts += [make_post(id="x1", subreddit="dogs", created_utc=FIRST, title="the same  AGAIN")]
    fill(store, posts)
    made = quality.check(store)
    found = by_kind(
        findings(quality.summary(store, made), quality.frame(store, made, "subreddits"))
    )
    assert found["repeats"].posts == 2
    assert found["elsewhere"].posts == 4
    assert found["small"].posts == 1
    assert found["gaps"].posts == 40


def test_a_plain_corpus_has_nothing_to_mend(store: Store) -> None:
    fill(store, make_corpus())
    made = quality.check(store)
    found = findings(quality.summary(store, made), quality.frame(store, made, "subreddits"))
    assert [each.kind for each in found if each.problem] == []
