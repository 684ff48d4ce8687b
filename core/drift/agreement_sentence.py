"""How far two models agree over all history, in words. Pure."""

from collections.abc import Iterator, Sequence

from core.comparison.significance import Q_LIMIT
from core.drift.agreement_results import Agreement, Group, Part
from core.words import count, listed, share

NO_POSTS = "No post is left to predict: all that are stored may be sealed, or have no text."


def headline(found: Agreement) -> str:
    """How often they agree, and where least.

    For example "#3 and #5 give the same first prediction for 80.2% of 192,587 posts (95% interval
    80.0% to 80.4%), and for 66.0% of the 21,299 that neither was trained on (65.4% to 66.7%). They
    differ most in 2013-05 (64.1% the same, 66.0% expected) and in r/AskReddit (…)."
    """
    if found.all is None:
        return f"#{found.baseline} and #{found.candidate}: {NO_POSTS}"
    return " ".join([_how_often(found, found.all), _where(found), *_unknown(found)])


def differing(groups: Sequence[Group]) -> list[Group]:
    """The months or subreddits in which two models differ more often than expected, beyond chance;
    those furthest from it first.
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
    """The month and the subreddit where they differ most."""
    kinds = ((found.months, "month", ""), (found.subreddits, "subreddit", "r/"))
    named, none = [], []
    for groups, thing, prefix in kinds:
        worst = next(iter(differing(groups)), None)
        if worst is None:
            none.append(f"no {thing}")
        else:
            shares = f"{share(worst.all.same)} the same, {share(worst.expected)} expected"
            named.append(f"in {prefix}{worst.name} ({shares})")
    said = [f"They differ most {listed(named)}."] if named else []
    if none:
        nowhere = " and ".join(none)
        said.append(f"{nowhere.capitalize()} differs from the others beyond chance.")
    return " ".join(said)


def _unknown(found: Agreement) -> Iterator[str]:
    for number in found.unknown:
        yield f"All posts that #{number} was trained on are not known: it was made elsewhere."


def _ends(part: Part) -> str:
    return " to ".join(map(share, part.interval))
