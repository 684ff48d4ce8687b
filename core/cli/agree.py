"""The command ``signoff agree``."""

from collections.abc import Sequence

import typer

from core.cli.arguments import Number
from core.cli.left_out import say_left_out
from core.cli.output import AsJson, Force, print_json, print_table, progress_bar, say, workspace
from core.drift.agree import agree as agree_on_posts
from core.drift.agree import pair, results
from core.drift.agreement_results import Group
from core.drift.agreement_sentence import differing, headline
from core.executions.history import number
from core.records import to_json
from core.words import chance, count, share, three

MONTHS, SUBREDDITS = 24, 15
"""How many are printed: the newest, and the most different; --json has them all."""
COLUMNS = (
    *("posts", "same", "expected", "q", "top five", "fixed", "broken"),
    *("not trained on", "same there"),
)


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("agree", rich_help_panel="Look")(agree)


def agree(
    baseline: Number, candidate: Number, force: Force = False, as_json: AsJson = False
) -> None:
    """Apply two models to every post outside sealed splits, and show how often they say the same.

    By month and by subreddit, with the posts marked apart that neither model was trained on.
    """
    store = workspace()
    chosen = pair(store, number(baseline), number(candidate))
    with progress_bar() as progress:
        made = agree_on_posts(store, chosen, force=force, progress=progress)
    found = results(store, made)
    told = {"sentence": headline(found), "execution": made.number, "seconds": made.seconds}
    if as_json:
        print_json({**told, **to_json(found)})
        return
    say(headline(found))
    say_left_out(found.left_out)
    _print_months(found.months)
    _print_subreddits(found.subreddits)


def _print_months(months: Sequence[Group]) -> None:
    if not months:
        return
    newest = f", the newest {MONTHS} of {len(months)}" if len(months) > MONTHS else ""
    say(f"By month{newest}:")
    print_table(("month", *COLUMNS), [(each.name, *_row(each)) for each in months[-MONTHS:]])


def _print_subreddits(subreddits: Sequence[Group]) -> None:
    found = differing(subreddits)
    if not found:
        return
    judged = sum(each.q_value is not None for each in subreddits)
    more = f"; the first {SUBREDDITS}" if len(found) > SUBREDDITS else ""
    say(
        f"{len(found):,} of {count(judged, 'subreddit')} are below the expected share beyond"
        f" chance{more}:"
    )
    print_table(
        ("subreddit", *COLUMNS), [(f"r/{each.name}", *_row(each)) for each in found[:SUBREDDITS]]
    )


def _row(group: Group) -> tuple[object, ...]:
    whole, apart = group.all, group.untrained
    return (
        *(whole.posts, share(whole.same), share(group.expected)),
        "" if group.q_value is None else chance(group.q_value),
        *(three(whole.overlap), whole.fixed, whole.broken),
        *((apart.posts, share(apart.same)) if apart else (0, "")),
    )
