"""What ``signoff drift`` prints of the causes: subreddits, topic groups and words."""

from collections.abc import Sequence

from core.cli.output import print_table, say
from core.comparison.significance import Q_LIMIT
from core.drift.results import Causes, DriftReport, TopicChange, WordChange
from core.drift.windows import called
from core.words import chance, count, interval, listed, share, share_interval

_TOPICS, _WORDS = 5, 8
"""As many are printed; --json has them all."""


def print_causes(made: DriftReport) -> None:
    """Of the newest complete window with labels; nothing without one."""
    newest = made.labelled
    if newest is None or newest.figures is None:
        return
    where = called(newest.begins, made.window)
    _print_new_and_gone(made, where)
    if made.causes is not None:
        _print_subreddits(made.causes, where)
        _print_topics(made.causes.topics)
    words = newest.figures.words
    if words is not None:
        for what, moved in (("rose", words.rose), ("fell", words.fell)):
            _print_words(moved[:_WORDS], f"Words whose share of posts {what} most in {where}:")


def _print_new_and_gone(made: DriftReport, where: str) -> None:
    figures = made.labelled.figures if made.labelled else None
    if figures is None:
        return
    for what, found in (("unknown to the model", figures.new), ("without a post", figures.gone)):
        if found:
            named = [f"r/{each.subreddit}" for each in found[:5]]
            more = [f"{len(found) - 5:,} more"] if len(found) > 5 else []
            say(f"In {where}, {what}: {listed([*named, *more])}.")


def _print_subreddits(found: Causes, where: str) -> None:
    if not found.judged:
        return
    judged = count(found.judged, "subreddit")
    verb = "is" if found.worse == 1 else "are"
    say(f"In {where}, {found.worse:,} of {judged} {verb} worse and {found.better:,} better.")
    if not found.changes:
        return
    say(f"Largest losses of F1{'' if found.worse else ', none of them more than chance'}:")
    print_table(
        ("subreddit", "posts", "F1 before", "F1", "95% interval", "q", "p@1 before", "p@1"),
        [
            (
                *(f"r/{each.subreddit}", each.posts, each.f1_reference, each.f1),
                *(interval(each.interval), chance(each.q_value)),
                *(each.p_at_1_reference, each.p_at_1),
            )
            for each in found.changes
        ],
    )


def _print_topics(found: Sequence[TopicChange]) -> None:
    losses = [each for each in found if each.accuracy < each.accuracy_reference][:_TOPICS]
    if not losses:
        return
    some = any(each.q_value < Q_LIMIT for each in losses)
    say(f"Topic groups that lost most accuracy{'' if some else ', none of them more than chance'}:")
    print_table(
        ("topic group", "posts", "accuracy before", "accuracy", "95% interval", "q"),
        [
            (
                *(each.topic, each.posts, each.accuracy_reference, each.accuracy),
                *(interval(each.interval), chance(each.q_value)),
            )
            for each in losses
        ],
    )


def _print_words(found: Sequence[WordChange], title: str) -> None:
    if not found:
        return
    say(title)
    print_table(
        ("word", "posts", "share before", "share", "95% interval", "q", "in training"),
        [
            (
                *(each.word, each.posts, share(each.share_reference), share(each.share)),
                *(share_interval(each.interval), chance(each.q_value), "no" if each.new else "yes"),
            )
            for each in found
        ],
    )
