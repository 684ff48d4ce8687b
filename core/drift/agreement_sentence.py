"""How far two models agree over all history, in words. Pure."""

from collections.abc import Iterator, Sequence

from core.comparison.significance import Q_LIMIT
from core.drift.agreement_results import Agreement, Group, Part
from core.words import count, listed, share

NO_POSTS = "No post is left to predict: all that are stored may be sealed, or have no text."


def headline(found: Agreement) -> str:
    """How often they agree, and where least.

    For example "#3 and #5 give the same first prediction for 80.2% of 192,587 posts (95% interval
    80.0% to 80.4%), and for 66.0% of the 21,299 that neither was trained on (65.4% to 66.7%).
    Furthest below the expected share are 2013-05 (64.1%, expected 66.0%) and r/politics (…)."
    """
    if found.all is None:
        return f"#{found.baseline} and #{found.candidate}: {NO_POSTS}"
    return " ".join([_how_often(found, found.all), _where(found), *_unknown(found)])


def differing(groups: Sequence[Group]) -> list[Group]:
    """The months or subreddits whose share is below the expected one beyond chance; those furthest
    below it first.
    """
    below = [
        each
        for each in groups
        if each.q_value is not None and each.q_value < Q_LIMIT and each.all.same < each.expected
    ]
    return sorted(below, key=lambda each: (each.all.same - each.expected, each.name))


def _how_often(found: Agreement, whole: Part) -> str:
    models = f"#{found.baseline} and #{found.candidate} give the same first prediction for"
    posts = f"{share(whole.same)} of {count(whole.posts, 'post')}"
    said = f"{models} {posts} (95% interval {_ends(whole)})"
    apart = found.untrained
    if apart is None:
        return f"{said}; one of them was trained on each of these."
    if apart.posts == whole.posts:
        return f"{said}; neither was trained on any of these."
    return (
        f"{said}, and for {share(apart.same)} of the {apart.posts:,} that neither was trained on"
        f" ({_ends(apart)})."
    )


def _where(found: Agreement) -> str:
    """The month and the subreddit that are furthest below what is expected."""
    below, none = list[str](), list[str]()
    for groups, thing, prefix in (
        (found.months, "month", ""),
        (found.subreddits, "subreddit", "r/"),
    ):
        worst = next(iter(differing(groups)), None)
        if worst is None:
            none.append(f"no {thing}")
        else:
            shares = f"{share(worst.all.same)}, expected {share(worst.expected)}"
            below.append(f"{prefix}{worst.name} ({shares})")
    if not below:
        return f"{listed(none).capitalize()} is below the expected share beyond chance."
    verb = "are" if len(below) > 1 else "is"
    said = f"Furthest below the expected share {verb} {listed(below)}."
    return f"{said} {none[0].capitalize()} is below it beyond chance." if none else said


def _unknown(found: Agreement) -> Iterator[str]:
    for number in found.unknown:
        yield f"All posts that #{number} was trained on are not known: it was made elsewhere."


def _ends(part: Part) -> str:
    return " to ".join(map(share, part.interval))
