"""Commands about what users send, and what they say of the suggestions."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.collect_erasure import say_backups
from core.cli.output import (
    AsJson,
    print_json,
    print_lines,
    print_table,
    progress_bar,
    say,
    workspace,
)
from core.errors import InputError, NotFoundError
from core.feedback import acceptance, erasing, export, queue, retention, summary
from core.feedback.export import FORMATS
from core.feedback.summary import Share, Span, VersionFeedback, Wanted
from core.hints import Command, Hint
from core.release import aliases
from core.release.events import PRODUCTION
from core.safe_text import one_line
from core.store import Store
from core.store.artifacts import storage_errors
from core.store.labels import Corrected
from core.store.releases import Version
from core.words import count

SHOWN = 20
"""Texts and subreddits that are printed."""
MOST_OF_A_TITLE = 60

app = typer.Typer(help="Texts that users send, and their answers.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add these commands to ``parent``."""
    parent.add_typer(app, name="feedback", rich_help_panel="Look")


@app.command("summary")
def summary_command(
    period: Annotated[str, typer.Option(help="Group by day or by week.")] = summary.WEEK,
    as_json: AsJson = False,
) -> None:
    """Confidence of each version on users' texts, and how often users say that it was right."""
    store = workspace(looking=True)
    counted = summary.count(store)
    versions, spans = summary.by_version(store, counted), summary.over_time(counted, period=period)
    if as_json:
        print_json(
            {"versions": list(map(_version, versions)), "over_time": list(map(_span, spans))}
        )
        return
    if not versions:
        say(
            Hint(
                "Nobody has sent a text yet. Start the API, so that callers can.", Command("serve")
            )
        )
        return
    print_table(
        ("version", "texts", "answered", "right at 1", "right at 5", "mean p@1", "on posts"),
        [
            (
                one.version,
                one.texts,
                one.answered,
                _said(one.first),
                _said(one.five),
                one.p_mean,
                one.against.mean if one.against else None,
            )
            for one in versions
        ],
    )
    say(
        "Right at 1: the share of the users who answered. Right at 5: the same for users who got"
        " five suggestions. In brackets: 95% intervals. Users who answer are not a random"
        " sample."
    )
    for one in versions:
        if compared := acceptance.change(one, versions):
            say(f"{one.version}, right at 1: {one.first.value:.1%}. {compared.sentence}")
        if tried := counted.tried.get(one.version):
            say(f"{one.version}: {count(tried, 'text')} of reviewers, sent on Try it, not counted.")
        if one.against is not None:
            say(
                f"{one.version}: p@1 of users' texts against its {one.against.split} split"
                f" (#{one.against.evaluation}): KS {one.against.ks:.3f}, Wasserstein"
                f" {one.against.wasserstein:.3f}."
            )
    print_table(
        (f"{period} from", "version", "texts", "answered", "right at 1", "right at 5"),
        [
            (
                str(one.begins),
                one.version,
                one.texts,
                one.answered,
                _said(one.first),
                _said(one.five),
            )
            for one in spans[-SHOWN:]
        ],
    )


@app.command("queue")
def queue_command(
    limit: Annotated[int, typer.Option(help="At most this number of texts.", min=1)] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """Texts whose users corrected the model, newest first, for a person to label."""
    store = workspace(looking=True)
    texts, total = queue.waiting(store, limit=limit), queue.count_waiting(store)
    if as_json:
        print_json({"waiting": total, "texts": [_corrected(one) for one in texts]})
        return
    if not texts:
        say("No text is waiting for a label.")
        return
    print_table(
        ("submission", "sent (UTC)", "first suggestion", "user says", "title"),
        [
            (
                one.public,
                f"{one.at:%Y-%m-%d %H:%M}",
                f"r/{one.suggestions[0][0]}" if one.suggestions else None,
                f"r/{one.said}" if one.said else "none of these",
                _one_line(one.title),
            )
            for one in texts
        ],
    )
    if total > len(texts):
        say(Hint(f"{total - len(texts):,} more.", Command("feedback queue", limit=total)))
    say(Hint("Next.", Command("feedback label", "SUBMISSION", "SUBREDDIT")))


@app.command("label")
def label_command(
    submission: Annotated[str, typer.Argument(help="Its id in the queue.", show_default=False)],
    subreddit: Annotated[
        str | None,
        typer.Argument(help="The right subreddit, such as r/ireland.", show_default=False),
    ] = None,
    aside: Annotated[
        bool, typer.Option("--aside", help="Set the text aside: it fits no subreddit.")
    ] = False,
    use: Annotated[
        str,
        typer.Option(
            help="evaluate: used only to evaluate models. train: treated like any other post."
        ),
    ] = queue.EVALUATE,
    again: Annotated[bool, typer.Option("--again", help="Replace an earlier label.")] = False,
    as_json: AsJson = False,
) -> None:
    """Label a text with its subreddit, for snapshots made with --feedback."""
    if aside == (subreddit is not None):
        raise InputError("Give either a subreddit or --aside", "A text is labelled, or set aside.")
    said = queue.label(workspace(), submission, subreddit, use=use, again=again)
    if as_json:
        print_json(
            {"submission": submission, "subreddit": said.subreddit, "use": said.use, "by": said.by}
        )
        return
    say(
        f"{submission}: r/{said.subreddit}, to {said.use}."
        if said.subreddit
        else f"{submission}: set aside."
    )


@app.command("demand")
def demand_command(
    add: Annotated[
        str | None, typer.Option(help="Add this subreddit to the collector's list.", metavar="NAME")
    ] = None,
    version: Annotated[
        str | None, typer.Option(help="The version to check. Default: the one in production.")
    ] = None,
    limit: Annotated[int, typer.Option(help="At most this number of subreddits.", min=1)] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """Subreddits that users name and the model does not know, most requested first."""
    store = workspace(looking=add is None)
    if add is not None:
        _add(store, add, version, as_json=as_json)
        return
    asked = _version_named(store, version)
    demand = summary.demand(store, asked)
    if as_json:
        print_json({"version": asked.version, "wanted": [_wanted(one) for one in demand[:limit]]})
        return
    if not demand:
        say(f"Version {asked.version} knows every subreddit that users named.")
        return
    print_table(
        ("subreddit", "texts", "last", "on the list"),
        [
            (
                f"r/{one.subreddit}",
                one.texts,
                f"{one.newest:%Y-%m-%d}",
                "yes" if one.listed else "no",
            )
            for one in demand[:limit]
        ],
    )
    say(Hint("Add one to the subreddits to collect.", Command("feedback demand", add="NAME")))


@app.command("erase")
def erase_command(
    submissions: Annotated[
        list[str] | None,
        typer.Argument(help="Ids of the submissions to erase. Default: all that have expired."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Erase texts, and the posts made from them. Suggestions and answers stay.

    What is stored, and for how long: docs/feedback.md.
    """
    store = workspace()
    with progress_bar() as progress:
        erased = (
            erasing.erase(store, submissions, progress=progress)
            if submissions
            else retention.erase_expired(store)
        )
    if as_json:
        names = [path.name for path in store.backups()]
        print_json({"texts": erased.texts, "posts": erased.posts, "backups": names})
        return
    say(f"{count(erased.texts, 'text')} erased, and {count(erased.posts, 'post')} made from them.")
    say_backups(store)


@app.command("export")
def export_command(
    format: Annotated[  # noqa: A002 - the option's own name
        str, typer.Option(help="ndjson or csv.")
    ] = FORMATS[0],
    output: Annotated[
        Path | None, typer.Option(help="File to write to. Default: print it.")
    ] = None,
    without_text: Annotated[
        bool, typer.Option("--without-text", help="Leave out titles and texts.")
    ] = False,
) -> None:
    """Export submissions with suggestions, latest answer and label, one per line, oldest first."""
    lines = export.lines(workspace(looking=output is None), format=format, text=not without_text)
    if output is None:
        # A record may go on over several lines in a file, but not before somebody's eyes.
        shown = (one_line(line.rstrip("\r\n")) + "\n" for line in lines)
        print_lines(shown if sys.stdout.isatty() else lines, json=format == FORMATS[0])
        return
    with (
        storage_errors(output, chosen=True),
        output.open("w", encoding="utf-8", newline="") as file,
    ):
        file.writelines(lines)
    say(f"Written to {output}")


def _add(store: Store, wanted: str, version: str | None, *, as_json: bool) -> None:
    """On the collector's list; adding a known one may be a mistake."""
    added = summary.add_to_collector(store, wanted)
    name = added.subreddit
    asked = _version_named(store, version) if version else aliases.version_of(store, PRODUCTION)
    known = asked is not None and summary.can_name(store, asked, name)
    if as_json:
        print_json({"added": name, "new": added.new, "known": known})
        return
    if asked is not None and known:
        say(f"Version {asked.version} already knows r/{name}.")
    on = "is now on the list" if added.new else "was already on the list"
    say(Hint(f"r/{name} {on}. Next.", Command("collect posts", subreddit=name)))


def _version_named(store: Store, name: str | None) -> Version:
    """That version, or the one in production."""
    if name is None:
        served = aliases.version_of(store, PRODUCTION)
        if served is None:
            raise NotFoundError("No version is in production yet", "Name one with --version.")
        return served
    return aliases.find(store, name)


def _said(share: Share) -> str | None:
    if share.value is None or share.interval is None:
        return None
    low, high = share.interval
    return f"{share.value:.1%} of {share.of:,} ({low:.1%} to {high:.1%})"


def _one_line(title: str) -> str:
    line = one_line(" ".join(title.split()))
    return line if len(line) <= MOST_OF_A_TITLE else f"{line[:MOST_OF_A_TITLE]}…"


def _share(share: Share) -> dict[str, Any]:
    return {"count": share.count, "of": share.of, "share": share.value, "interval": share.interval}


def _version(one: VersionFeedback) -> dict[str, Any]:
    against = one.against
    return {
        "version": one.version,
        "execution": one.training,
        "texts": one.texts,
        "shadows": one.shadows,
        "answered": one.answered,
        "right_at_1": _share(one.first),
        "right_at_5": _share(one.five),
        "p_at_1": {
            "mean": one.p_mean,
            "posts": one.p_posts,
            "against": None
            if against is None
            else {
                "evaluation": against.evaluation,
                "split": against.split,
                "mean": against.mean,
                "ks": against.ks,
                "wasserstein": against.wasserstein,
            },
        },
        "calibration": {
            "error": one.calibration_error,
            "answered": one.reliability.posts,
            "mean_p": one.reliability.mean_p,
            "right": one.reliability.accuracy,
        },
    }


def _span(one: Span) -> dict[str, Any]:
    return {
        "version": one.version,
        "begins": one.begins,
        "texts": one.texts,
        "answered": one.answered,
        "right_at_1": _share(one.first),
        "right_at_5": _share(one.five),
    }


def _corrected(one: Corrected) -> dict[str, Any]:
    return {
        "submission": one.public,
        "at": one.at,
        "title": one.title,
        "body": one.body,
        "version": one.version,
        "suggestions": one.suggestions,
        "answer": one.said,
    }


def _wanted(one: Wanted) -> dict[str, Any]:
    return {
        "subreddit": one.subreddit,
        "texts": one.texts,
        "newest": one.newest,
        "listed": one.listed,
    }
