"""What a check found, in words, each with what mends it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.snapshots.rules import Rules
from core.words import count

FEWEST = Rules().min_posts
"""Subreddits with fewer posts are left out of a snapshot, unless it is told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found: ``said`` names it, ``remedy`` is a sentence or two.

    ``posts``: how many it is about, those that are missing included; ``share``: of all posts, an
    estimate from a sample where ``interval`` is given. ``problem``: false for what one should know
    but need not mend.
    """

    kind: str
    posts: int
    share: float
    said: str
    remedy: str
    problem: bool = True
    interval: tuple[float, float] | None = None


def findings(summary: Mapping[str, Any], subreddits: pd.DataFrame) -> list[Finding]:
    """Problems first, then what else there is to know; each that concern most posts on top."""
    made = [*_problems(summary, subreddits), *_facts(summary)]
    return sorted((f for f in made if f.posts), key=lambda f: (not f.problem, -f.posts, f.kind))


def _problems(summary: Mapping[str, Any], subreddits: pd.DataFrame) -> list[Finding]:
    small = subreddits[subreddits["posts"] < FEWEST]
    holed = int((subreddits["gaps"] > 0).sum())
    best = summary["nameable"] / summary["posts"]
    return [
        Finding(
            kind="gaps",
            posts=summary["expected_in_gaps"],
            share=summary["expected_in_gaps"] / summary["posts"],
            said=f"About {count(summary['expected_in_gaps'], 'post')} missing in"
            f" {count(summary['gaps'], 'gap')} of {count(holed, 'subreddit')}",
            remedy="Bring those days from a dump: signoff import FILE; or read on as far as Reddit"
            " shows: signoff collect posts --whole --subreddit NAME.",
        ),
        _of_posts(
            summary,
            "no_text",
            "without any text for a model",
            "A snapshot leaves them out: signoff snapshot create.",
        ),
        _of_posts(
            summary,
            "repeats",
            "with the text of another of their own subreddit",
            "No two splits of a snapshot share a text: signoff snapshot create. Within training"
            " each of them counts.",
        ),
        _of_posts(
            summary,
            "elsewhere",
            "with a text that also stands in another subreddit",
            f"Nothing mends it: by its text alone, at most {best:.1%} of all posts can be named"
            " right.",
        ),
        Finding(
            kind="small",
            posts=int(small["posts"].sum()),
            share=float(small["posts"].sum()) / summary["posts"],
            said=f"{count(int(small['posts'].sum()), 'post')} of"
            f" {count(len(small), 'subreddit')} with fewer than {FEWEST}",
            remedy="A snapshot leaves them out, unless --min-posts says otherwise: signoff snapshot"
            " create.",
        ),
    ]


def _facts(summary: Mapping[str, Any]) -> list[Finding]:
    return [
        _of_posts(
            summary,
            "title_only",
            "with a title only",
            "Models see less of them. Every comparison has them as a slice.",
            problem=False,
        ),
        _of_posts(
            summary,
            "crossposts",
            "with a mark of a crosspost in the title",
            "Most name the subreddit that they come from, not the one that they are in.",
            problem=False,
        ),
        _of_posts(
            summary,
            "over_18",
            "over 18",
            "Subreddits that are over 18 come only if asked for: signoff collect posts --over-18.",
            problem=False,
        ),
        _of_posts(
            summary,
            "generated",
            "generated for the demonstration",
            "Nobody wrote them: no figure of theirs is about Reddit.",
            problem=False,
        ),
        Finding(
            kind="erased",
            posts=summary["erased"],
            share=summary["erased"] / (summary["posts"] + summary["erased"]),
            said=f"{count(summary['erased'], 'post')} erased, as Reddit no longer shows them",
            remedy="Ask Reddit for the others from time to time: signoff collect refresh.",
            problem=False,
        ),
        *_languages(summary),
    ]


def _languages(summary: Mapping[str, Any]) -> list[Finding]:
    """How many posts are in another language than the commonest; none where all are alike."""
    told = summary["languages"]
    if len(told["found"]) < 2:
        return []
    first, clear = told["found"][0], told["sample"] - told["unclear"]
    low, high = first["interval"]
    return [
        Finding(
            kind="languages",
            posts=round((1 - first["share"]) * summary["posts"]),
            share=1 - first["share"],
            interval=(1 - high, 1 - low),
            said=f"{1 - first['share']:.1%} of the posts in another language than most"
            f" ({first['language']}): {clear - first['posts']:,} of a random {clear:,} that are"
            f" long enough to tell; {told['unclear']:,} more were not",
            remedy="A model learns them as it does all others, if there are enough.",
            problem=False,
        )
    ]


def _of_posts(
    summary: Mapping[str, Any], kind: str, what: str, remedy: str, *, problem: bool = True
) -> Finding:
    return Finding(
        kind=kind,
        posts=summary[kind],
        share=summary[kind] / summary["posts"],
        said=f"{count(summary[kind], 'post')} {what}",
        remedy=remedy,
        problem=problem,
    )
