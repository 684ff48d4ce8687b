"""Commands that show what is known of subreddits."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from core.cli.output import AsJson, print_json, print_table, say, workspace
from core.errors import NotFoundError
from core.hints import Command, Hint
from core.store import collection
from core.store.collection import KnownSubreddit
from core.words import count

subreddits = typer.Typer(help="Show the known subreddits.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(subreddits, name="subreddits", rich_help_panel="Look")


@subreddits.command("list")
def list_command(
    search: Annotated[str, typer.Option(help="Part of the name or description.")] = "",
    limit: Annotated[
        int | None, typer.Option(help="At most this number of subreddits.", min=1)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Known subreddits by rank, with the outcome of the last attempt."""
    with workspace(looking=True).read() as session:
        matches = collection.subreddits(session, search=search, limit=limit)
    if as_json:
        print_json([_as_json(subreddit) for subreddit in matches])
        return
    if not matches:
        say(
            f"No known subreddit has {search!r} in it."
            if search
            else Hint(
                "No subreddits are known yet. Ask Reddit.", Command("collect subreddits", top=5000)
            )
        )
        return
    columns = (
        "rank",
        "subreddit",
        "subscribers",
        "posts",
        "newest (UTC)",
        "last outcome",
        "on (UTC)",
    )
    rows = [
        (
            s.rank,
            s.name,
            s.subscribers,
            s.posts,
            _day(datetime.fromtimestamp(s.newest_utc, UTC) if s.newest_utc else None),
            s.outcome and s.outcome.replace("_", " "),
            _day(s.outcome_at),
        )
        for s in matches
    ]
    print_table(columns, rows)


@subreddits.command("show")
def show_command(name: str, as_json: AsJson = False) -> None:
    """One subreddit, with its history of ranks."""
    with workspace(looking=True).read() as session:
        subreddit = collection.subreddit(session, name)
        ranks = collection.rank_history(session, name)
    if subreddit is None:
        raise NotFoundError(
            f"Signoff knows no subreddit {name[:50]!r}",
            Hint("List the subreddits.", Command("subreddits list")),
        )
    if as_json:
        history = [{"at": at, "rank": rank} for at, rank in ranks]
        print_json(_as_json(subreddit) | {"ranks": history})
        return
    over_18 = " Over 18." if subreddit.over_18 else ""
    posts = count(subreddit.posts, "post")
    say(f"r/{subreddit.name}: {posts} stored.{over_18} {subreddit.description or ''}".rstrip())
    if subreddit.subscribers is not None:
        say(
            f"{subreddit.subscribers:,} subscribers, seen {_day(subreddit.first_seen)} to"
            f" {_day(subreddit.last_seen)}."
        )
    if subreddit.outcome:
        detail = f" ({subreddit.detail})" if subreddit.detail else ""
        again = (
            f" It waits until {subreddit.retry_at:%Y-%m-%d %H:%M}." if subreddit.retry_at else ""
        )
        say(
            f"Last outcome, {_day(subreddit.outcome_at)}:"
            f" {subreddit.outcome.replace('_', ' ')}{detail}.{again}"
        )
    print_table(("ranked at (UTC)", "rank"), [(f"{at:%Y-%m-%d %H:%M}", rank) for at, rank in ranks])


def _as_json(subreddit: KnownSubreddit) -> dict[str, Any]:
    return {
        "subreddit": subreddit.name,
        "rank": subreddit.rank,
        "subscribers": subreddit.subscribers,
        "over_18": subreddit.over_18,
        "description": subreddit.description,
        "first_seen": subreddit.first_seen,
        "last_seen": subreddit.last_seen,
        "posts": subreddit.posts,
        "newest_utc": subreddit.newest_utc,
        "outcome": subreddit.outcome,
        "detail": subreddit.detail,
        "outcome_at": subreddit.outcome_at,
        "retry_at": subreddit.retry_at,
    }


def _day(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d}" if moment else None
