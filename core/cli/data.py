"""Commands that say what the stored posts are like."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from core.cli.output import AsJson, Force, print_json, print_table, progress_bar, say, workspace
from core.collect.names import without_prefix
from core.errors import NotFoundError
from core.hints import Command, Hint
from core.quality import check as quality
from core.quality.check import Check
from core.quality.findings import Finding, findings
from core.quality.summary import DAY
from core.records import to_json
from core.store import Store
from core.words import count

SHOWN = 20
"""Gaps that are printed; --json has them all."""

app = typer.Typer(help="Check the quality of the stored posts.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add these commands to ``parent``."""
    parent.add_typer(app, name="data", rich_help_panel="Look")


@app.command("check")
def check_command(force: Force = False, as_json: AsJson = False) -> None:
    """Check the stored posts: coverage, gaps, repeated texts, lengths, languages."""
    store = workspace()
    with progress_bar() as progress:
        made = quality.check(store, force=force, progress=progress)
    _print(store, made, as_json=as_json)


@app.command("show")
def show_command(
    subreddit: Annotated[
        str | None, typer.Option(help="Only this subreddit, with its gaps.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the results of the last check."""
    store = workspace(looking=True)
    made = quality.latest(store)
    if made is None:
        raise NotFoundError(
            "The data has never been checked", Hint("Check them.", Command("data check"))
        )
    if subreddit is None:
        _print(store, made, as_json=as_json)
    else:
        _print_one(store, made, subreddit, as_json=as_json)


def _print(store: Store, made: Check, *, as_json: bool) -> None:
    """Figures of all posts, what they come to, and the gaps."""
    summary = quality.summary(store, made)
    subreddits, gaps = (quality.frame(store, made, name) for name in ("subreddits", "gaps"))
    all_findings = findings(summary, subreddits)
    if as_json:
        told = {
            "summary": to_json(summary),
            "findings": [_finding(each) for each in all_findings],
            "gaps": _gaps(gaps),
            "subreddits": subreddits.to_dict("records"),
        }
        print_json(_head(made) | told)
        return
    say(
        f"{count(summary.posts, 'post')} of {count(summary.subreddits, 'subreddit')},"
        f" {_day(summary.first_utc)} to {_day(summary.last_utc)}"
        f" (checked by execution #{made.execution.number})."
    )
    for each in all_findings:
        say(f"{'✗' if each.problem else '·'} {each.text}. {each.hint}")
    if len(gaps):
        print_table(
            ("gap in", "from", "days", "posts missing", "chance"),
            [
                (
                    gap["subreddit"],
                    gap["from"],
                    gap["days"],
                    round(gap["expected"]),
                    f"{gap['p_value']:.1g}",
                )
                for gap in _gaps(gaps.head(SHOWN))
            ],
        )
    if len(gaps) > SHOWN:
        say(Hint(f"{len(gaps) - SHOWN:,} more.", Command("data show", json=True)))
    if not made.current:
        say(Hint("Posts have changed since this check. Check again.", Command("data check")))


def _print_one(store: Store, made: Check, name: str, *, as_json: bool) -> None:
    """One subreddit."""
    subreddits, gaps = (quality.frame(store, made, each) for each in ("subreddits", "gaps"))
    key = without_prefix(name).lower()
    rows = subreddits[subreddits["subreddit"].str.lower() == key].to_dict("records")
    if not rows:
        raise NotFoundError(
            f"The last check found no posts of r/{key[:50]}",
            Hint("List all subreddits.", Command("data show", json=True)),
        )
    own = _gaps(gaps[gaps["subreddit"].str.lower() == key])
    if as_json:
        print_json(_head(made) | rows[0] | {"gap_list": own})
        return
    shown = rows[0] | {name: _day(rows[0][name]) for name in ("first_utc", "last_utc")}
    lines = [(str(name).replace("_", " "), str(value)) for name, value in shown.items()]
    print_table(("last check", ""), lines)
    for gap in own:
        days, missing = count(gap["days"], "day"), f"{gap['expected']:.0f}"
        say(f"Gap of {days} from {gap['from']}, about {missing} posts.")
    if not made.current:
        say(Hint("Posts have changed since this check. Check again.", Command("data check")))


def _head(made: Check) -> dict[str, Any]:
    seconds = made.execution.seconds
    return {
        "execution": made.execution.number,
        "seconds": None if seconds is None else round(seconds, 2),
        "current": made.current,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "problem": finding.problem,
        "posts": finding.posts,
        "share": finding.share,
        "interval": finding.interval,
        "said": finding.text,
        "remedy": str(finding.hint),
    }


def _gaps(gaps: Any) -> list[dict[str, Any]]:
    return [
        {
            "subreddit": gap["subreddit"],
            "from": _day(gap["day"] * DAY),
            "days": gap["days"],
            "expected": gap["expected"],
            "p_value": gap["p_value"],
        }
        for gap in gaps.to_dict("records")
    ]


def _day(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"
