"""What a check of the data found, each finding with a hint. Pure."""

from dataclasses import dataclass

import pandas as pd

from core.hints import Command, Hint
from core.quality.summary import QualitySummary
from core.snapshots.rules import Rules
from core.words import count

FEWEST = Rules().min_posts
"""A snapshot leaves out subreddits with fewer posts, unless ``--min-posts`` changes that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding. ``text`` names it, without a full stop; ``hint`` says what to do about it.

    ``posts``: how many posts it is about, missing ones included; ``share``: of all posts, an
    estimate from a sample where ``interval`` is given. ``problem``: False for something to know
    that needs no mending.
    """

    kind: str
    posts: int
    share: float
    text: str
    hint: Hint
    problem: bool = True
    interval: tuple[float, float] | None = None


def findings(summary: QualitySummary, subreddits: pd.DataFrame) -> list[Finding]:
    """Problems first, then what else there is to know; each that concern most posts on top."""
    made = [*_problems(summary, subreddits), *_facts(summary)]
    return sorted((f for f in made if f.posts), key=lambda f: (not f.problem, -f.posts, f.kind))


def _problems(summary: QualitySummary, subreddits: pd.DataFrame) -> list[Finding]:
    small = subreddits[subreddits["posts"] < FEWEST]
    holed = int((subreddits["gaps"] > 0).sum())
    best = summary.nameable / summary.posts
    return [
        Finding(
            kind="gaps",
            posts=summary.expected_in_gaps,
            share=summary.expected_in_gaps / summary.posts,
            text=f"About {count(summary.expected_in_gaps, 'post')} missing in"
            f" {count(summary.gaps, 'gap')} of {count(holed, 'subreddit')}",
            hint=Hint(
                "Import those days from a dump, or collect as far back as Reddit lists posts.",
                Command("collect posts", whole=True, subreddit="NAME"),
            ),
        ),
        _of_posts(
            summary,
            "no_text",
            summary.no_text,
            "without any text for a model",
            "A snapshot leaves them out.",
        ),
        _of_posts(
            summary,
            "repeats",
            summary.repeats,
            "with the same text as another post in their subreddit",
            "No two splits of a snapshot share a text. Within the training split, each copy"
            " counts.",
        ),
        _of_posts(
            summary,
            "elsewhere",
            summary.elsewhere,
            "with a text that was also posted in another subreddit",
            "This cannot be fixed. From the text alone, no model can name the subreddit of more"
            f" than {best:.1%} of the posts correctly.",
        ),
        Finding(
            kind="small",
            posts=int(small["posts"].sum()),
            share=float(small["posts"].sum()) / summary.posts,
            text=f"{count(int(small['posts'].sum()), 'post')} of"
            f" {count(len(small), 'subreddit')} with fewer than {FEWEST}",
            hint=Hint("A snapshot leaves these subreddits out, unless you lower --min-posts."),
        ),
    ]


def _facts(summary: QualitySummary) -> list[Finding]:
    return [
        _of_posts(
            summary,
            "title_only",
            summary.title_only,
            "with a title only",
            "A title alone tells a model less. Every comparison shows these posts as a slice.",
            problem=False,
        ),
        _of_posts(
            summary,
            "crossposts",
            summary.crossposts,
            "marked as a crosspost in the title",
            "Most of these titles name the subreddit the post came from, not the one it is in.",
            problem=False,
        ),
        _of_posts(
            summary,
            "over_18",
            summary.over_18,
            "over 18",
            "Posts of adult subreddits are collected only if you ask for them.",
            Command("collect posts", over_18=True),
            problem=False,
        ),
        _of_posts(
            summary,
            "generated",
            summary.generated,
            "generated for the demo",
            "Nobody wrote these posts. Figures based on them say nothing about Reddit.",
            problem=False,
        ),
        Finding(
            kind="erased",
            posts=summary.erased,
            share=summary.erased / (summary.posts + summary.erased),
            text=f"{count(summary.erased, 'post')} erased because they were deleted on Reddit",
            hint=Hint(
                "Ask Reddit from time to time which posts were deleted.",
                Command("collect refresh"),
            ),
            problem=False,
        ),
        _of_posts(
            summary,
            "sealed",
            summary.sealed,
            "of sealed tests, whose texts are sealed in the store",
            "All figures about texts leave these posts out.",
            problem=False,
        ),
        *_languages(summary),
    ]


def _languages(summary: QualitySummary) -> list[Finding]:
    """How many posts are in another language than the commonest; none where all are alike."""
    languages = summary.languages
    if len(languages.found) < 2:
        return []
    commonest, clear = languages.found[0], languages.clear
    low, high = commonest.interval
    return [
        Finding(
            kind="languages",
            posts=round((1 - commonest.share) * summary.posts),
            share=1 - commonest.share,
            interval=(1 - high, 1 - low),
            text=f"{1 - commonest.share:.1%} of the posts in a language other than"
            f" {commonest.language}: {clear - commonest.posts:,} of a random {clear:,} that"
            f" are long enough to detect a language; {languages.unclear:,} more were too"
            " short",
            hint=Hint("If there are enough of them, a model learns them like any others."),
            problem=False,
        )
    ]


def _of_posts(
    summary: QualitySummary,
    kind: str,
    posts: int,
    what: str,
    hint: str,
    command: Command | None = None,
    *,
    problem: bool = True,
) -> Finding:
    return Finding(
        kind=kind,
        posts=posts,
        share=posts / summary.posts,
        text=f"{count(posts, 'post')} {what}",
        hint=Hint(hint, command),
        problem=problem,
    )
