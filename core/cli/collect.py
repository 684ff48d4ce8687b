"""Commands that collect posts from Reddit."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer

from core.cli import collect_erasure
from core.cli.output import AsJson, print_json, progress_bar, say, workspace
from core.collect.every import seconds_of
from core.collect.newest import collect_newest
from core.collect.reddit import access
from core.collect.subreddits import Ranking, collect_subreddits
from core.collect.subreddits import as_metrics as ranking_metrics
from core.collect.sweep import SHOWN
from core.collect.visits import Collected, as_metrics
from core.collect.watch import Round, watch
from core.hints import Command, Hint
from core.settings import settings
from core.words import count

collect = typer.Typer(help="Collect from Reddit. Needs an API key.", no_args_is_help=True)

Limit = Annotated[int, typer.Option(help="Posts per subreddit. Reddit shows about 1,000.")]
Names = Annotated[
    list[str] | None,
    typer.Option(
        "--subreddit", help="Only this subreddit, even if it is waiting. Repeat for more."
    ),
]
Over18 = Annotated[bool, typer.Option("--over-18", help="Include subreddits over 18.")]


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    collect_erasure.add_to(collect)
    app.add_typer(collect, name="collect", rich_help_panel="Make")


@collect.command("subreddits")
def collect_subreddits_command(
    top: Annotated[int, typer.Option(help="How many subreddits.")] = 5_000,
    over_18: Over18 = False,
    as_json: AsJson = False,
) -> None:
    """Ask Reddit for its most popular subreddits, and store their ranks."""
    reddit = access(settings())
    with progress_bar() as progress:
        ranking = collect_subreddits(
            workspace(make=True), reddit, top=top, over_18=over_18, progress=progress
        )
    if as_json:
        print_json(_head(ranking) | ranking_metrics(ranking))
        return
    say(
        f"Kept {count(ranking.found, 'subreddit')}, {ranking.new:,} of them new, in"
        f" {ranking.seconds:.1f} s (execution #{ranking.execution})."
    )
    if ranking.found < ranking.asked:
        say(f"Reddit lists only these; {ranking.asked:,} were requested.")
    if ranking.over_18:
        say(f"Left out as over 18: {ranking.over_18:,}; --over-18 includes them.")
    say(Hint("Next.", Command("collect posts")))


@collect.command("posts")
def collect_posts_command(
    limit: Limit = SHOWN,
    subreddit: Names = None,
    over_18: Over18 = False,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="Read on to the limit, past posts that are already stored."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch the newest posts of every known subreddit.

    Run it again at any time: stored posts are kept, and an interrupted run continues.
    """
    reddit = access(settings())
    with progress_bar(rate="subreddits/min") as progress:
        counts = collect_newest(
            workspace(make=True),
            reddit,
            limit=limit,
            names=subreddit or (),
            over_18=over_18,
            whole=whole,
            progress=progress,
        )
    if as_json:
        print_json(_head(counts) | as_metrics(counts))
        return
    _print(counts)


@collect.command("watch")
def watch_command(
    every: Annotated[str, typer.Option(help="Time between rounds, such as 30m, 1h or 1d.")] = "1h",
    limit: Limit = SHOWN,
    subreddit: Names = None,
    over_18: Over18 = False,
) -> None:
    """Collect posts repeatedly, one line per round, until Ctrl-C or SIGTERM."""
    seconds, reddit, store = seconds_of(every), access(settings()), workspace(make=True)

    def once() -> Collected:
        with progress_bar(rate="subreddits/min") as progress:
            return collect_newest(
                store,
                reddit,
                limit=limit,
                names=subreddit or (),
                over_18=over_18,
                progress=progress,
            )

    with _sigterm_interrupts():
        try:
            watch(store, once, every=seconds, tell=lambda told: say(_round(told)))
        except KeyboardInterrupt:
            say("Stopped.")


def _head(counts: Collected | Ranking) -> dict[str, Any]:
    return {"execution": counts.execution, "seconds": round(counts.seconds, 2)}


def _print(counts: Collected) -> None:
    written = counts.written
    say(
        f"Read {count(counts.read, 'post')} of {count(counts.subreddits, 'subreddit')}"
        f" in {counts.seconds:.1f} s (execution #{counts.execution})."
    )
    say(
        f"{written.inserted:,} new, {written.updated:,} updated, {written.unchanged:,} unchanged;"
        f" {counts.erased:,} erased because they were deleted on Reddit."
    )
    if counts.erased:
        say(Hint("Remove them from snapshots too.", Command("collect erase")))
    for reason, number in counts.skipped.most_common():
        say(f"{count(number, 'post')} skipped: {reason.replace('_', ' ')}.")
    for outcome, number in counts.outcomes.most_common():
        say(f"{count(number, 'subreddit')} {outcome.replace('_', ' ')}.")
    if counts.outcomes["waiting"]:
        say(
            Hint(
                "Subreddits that failed wait and are tried again later.",
                Command("subreddits list"),
            )
        )
    if counts.outcomes["over_18"]:
        say("Subreddits over 18 are left out; --over-18 includes them.")
    say(Hint("Next.", Command("snapshot create")))


def _round(told: Round) -> str:
    """One round in a line."""
    began, after = f"{told.began:%Y-%m-%d %H:%M} UTC", f"Next at {told.next:%H:%M}."
    if told.collected is None:
        return f"{began}: {told.error} {after}"
    counts = told.collected
    failed = counts.outcomes.total() - counts.subreddits - counts.outcomes["empty"]
    return (
        f"{began}: #{counts.execution}, {counts.written.inserted:,} new posts of"
        f" {count(counts.subreddits, 'subreddit')}, {failed:,} not read,"
        f" {counts.seconds:.0f} s. {after}"
    )


@contextmanager
def _sigterm_interrupts() -> Iterator[None]:
    """A polite request to end counts as Ctrl-C."""

    def interrupt(_signal: int, _frame: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
