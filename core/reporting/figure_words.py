"""The figures of a model card and its limits, in words. Pure."""

from collections.abc import Iterator, Sequence

from core.comparison.results import TopicSource
from core.comparison.slices import FEWEST_POSTS
from core.reporting.document import Block, Items, Paragraph, Table
from core.reporting.limits import FEWEST
from core.reporting.results import Counted, Decision, Figures, Limits
from core.reporting.said import SPLITS, minute
from core.stats.intervals import Interval
from core.words import count, listed, three


def figures_blocks(figures: Figures, decision: Decision) -> Iterator[Block]:
    """What it was judged on, and how well it did: on all posts, and by topic group."""
    yield Paragraph(_judged(figures, decision))
    yield Paragraph(
        "A 95% interval says how far a figure can be off because other posts could have been drawn."
        " It says nothing about posts of a later time, or about training again."
    )
    rows = [(each.name, three(each.value), _interval(each.interval)) for each in figures.metrics]
    yield Table("All posts", ("figure", "value", "95% interval"), rows)
    source = (
        "The topic groups are those of topics.toml."
        if figures.topics == TopicSource.FILE
        else "The topic groups hold subreddits that are often confused with each other."
    )
    yield Paragraph(f"{source} Accuracy: the share of their posts whose first suggestion is right.")
    yield Table(
        "Topic groups, the lowest accuracy first",
        ("group", "subreddits", "posts", "accuracy", "95% interval"),
        [
            (
                each.name,
                f"{each.subreddits:,}",
                f"{each.posts:,}",
                three(each.accuracy),
                _interval(each.interval),
            )
            for each in figures.groups
        ],
    )


def _judged(figures: Figures, decision: Decision) -> str:
    if decision.opened is not None and figures.split == "test":
        return (
            f"Judged on {posts_of(figures)}, opened by {decision.opened.by} on"
            f" {minute(decision.opened.at)}. Training in Signoff cannot read these posts."
        )
    return (
        f"Judged on {posts_of(figures)}. Its sealed test was not opened: the validation split can"
        " be looked at while a model is made, so these figures can be too optimistic."
    )


def limits_blocks(limits: Limits) -> Iterator[Block]:
    """What it does not know, and where it does worst."""
    yield Paragraph(_unknown(limits))
    yield Paragraph(_wanted(limits))
    if limits.worst_subreddits:
        yield Paragraph(
            f"Of the {count(limits.judged_subreddits, 'subreddit')} that it knows and of which"
            f" there are {FEWEST} posts or more, these have the lowest F1. The lowest of many are"
            " partly low by chance."
        )
        yield Table(
            "Subreddits with the lowest F1",
            ("subreddit", "posts", "F1", "95% interval"),
            [
                (f"r/{each.subreddit}", f"{each.posts:,}", three(each.f1), _interval(each.interval))
                for each in limits.worst_subreddits
            ],
        )
    else:
        yield Paragraph(f"There are {FEWEST} posts or more of no subreddit, too few for its F1.")
    yield from _slices(limits)
    if limits.caveats:
        yield Items(limits.caveats)


def _slices(limits: Limits) -> Iterator[Block]:
    where = SPLITS.get(limits.slices_split, limits.slices_split)
    if not limits.worst_slices:
        yield Paragraph(f"No slice of the posts has {FEWEST_POSTS} posts or more.")
        return
    yield Paragraph(
        f"Of {count(limits.judged_slices, 'slice')} with {FEWEST_POSTS} posts or more of the"
        f" {where} split, these have the lowest accuracy. The lowest of many are partly low by"
        " chance."
    )
    yield Table(
        "Slices with the lowest accuracy",
        ("posts that are", "posts", "accuracy", "95% interval"),
        [
            (each.name, f"{each.posts:,}", three(each.accuracy), _interval(each.interval))
            for each in limits.worst_slices
        ],
    )


def _unknown(limits: Limits) -> str:
    if not limits.unknown_subreddits:
        return "It knows the subreddit of every one of these posts."
    return (
        f"It knows the subreddit of {limits.coverage:.1%} of these posts. The others are of"
        f" {count(limits.unknown_subreddits, 'subreddit')} that it cannot suggest:"
        f" {_some(limits.unknown, limits.unknown_subreddits, 'post')}."
    )


def _wanted(limits: Limits) -> str:
    if not limits.wanted_subreddits:
        return "Users have named no subreddit that it cannot suggest."
    return (
        f"Users named {count(limits.wanted_subreddits, 'subreddit')} that it cannot suggest:"
        f" {_some(limits.wanted, limits.wanted_subreddits, 'text')}."
    )


def _some(shown: Sequence[Counted], total: int, thing: str) -> str:
    names = [f"r/{each.subreddit} ({count(each.count, thing)})" for each in shown]
    more = total - len(shown)
    return listed([*names, f"{more:,} more"] if more else names)


def posts_of(figures: Figures) -> str:
    """``the 701 posts of the sealed test of small``."""
    split = SPLITS.get(figures.split, figures.split)
    which = split if figures.split == "test" else f"{split} split"
    return f"the {count(figures.posts, 'post')} of the {which} of {figures.snapshot}"


def around(value: float, bounds: Interval | None) -> str:
    """``0.670 (0.634 to 0.705)``, or the value alone."""
    return three(value) if bounds is None else f"{three(value)} ({_interval(bounds)})"


def _interval(bounds: Interval | None) -> str:
    return "–" if bounds is None else " to ".join(map(three, bounds))
