"""Commands that show and cancel the long work that pages ask for."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from core import jobs as queue
from core.cli.output import AsJson, print_json, print_table, say, workspace
from core.hints import Command, Hint
from core.jobs import Job, reports
from core.store import Store

jobs = typer.Typer(help="Show and cancel the long work that pages ask for.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="A job's number, such as 3.", min=1)]


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(jobs, name="jobs", rich_help_panel="Look")


@jobs.command("list")
def list_command(
    every: Annotated[
        bool, typer.Option("--all", help="Also jobs that have ended, newest first.")
    ] = False,
    limit: Annotated[int, typer.Option(help="With --all: how many.", min=1)] = 50,
    as_json: AsJson = False,
) -> None:
    """What runs and what waits, in the order in which it is done: one at a time."""
    store = workspace(looking=True)
    found = queue.listing(store, limit=limit) if every else queue.under_way(store)
    if as_json:
        print_json([_as_json(store, job) for job in found])
        return
    if not found:
        say(
            Hint(
                "No page has asked for long work yet."
                if every
                else "Nothing runs and nothing waits. List what has ended.",
                None if every else Command("jobs list", all=True),
            )
        )
        return
    columns = ("job", "status", "what", "asked for by", "on page", "asked (UTC)", "details")
    print_table(columns, [_row(store, job) for job in found])


@jobs.command("cancel")
def cancel_command(job: Number, as_json: AsJson = False) -> None:
    """Cancel a job. One that waits ends now, one that runs within seconds; what it has recorded by
    then, such as the opening of a sealed test, stays.
    """
    store = workspace()
    found = queue.cancel(store, job)
    if as_json:
        print_json(_as_json(store, found))
        return
    say(_said_of(store, found))


def _said_of(store: Store, job: Job) -> str:
    what = f"Job {job.number} ({queue.title(store, job)})"
    if job.under_way:
        return f"{what} will end within seconds."
    if job.status == queue.CANCELLED:
        return f"{what} was cancelled by {job.cancelled_by}."
    return f"{what} had ended before: {job.status}."


def _row(store: Store, job: Job) -> tuple[str, ...]:
    asked = [job.by, *(each["by"] for each in job.joined)]
    return (
        str(job.number),
        job.status,
        queue.title(store, job),
        ", ".join(asked),
        job.page,
        f"{job.asked_at:%Y-%m-%d %H:%M}",
        _details(store, job),
    )


def _details(store: Store, job: Job) -> str:
    """How far it is, or why it did not succeed."""
    if job.cancelled_by is not None:
        return f"cancelled by {job.cancelled_by}"
    report = reports.report_of(store, job) if job.status == queue.RUNNING else None
    if report is None:
        return job.error or "–"
    return report.step if report.share is None else f"{report.step}, {report.share:.0%}"


def _as_json(store: Store, job: Job) -> dict[str, Any]:
    report = reports.report_of(store, job) if job.status == queue.RUNNING else None
    return {
        "job": job.number,
        "status": job.status,
        "kind": job.kind,
        "what": queue.title(store, job),
        "by": job.by,
        "joined": [each["by"] for each in job.joined],
        "page": job.page,
        "asked_at": job.asked_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "step": report.step if report else None,
        "share": report.share if report else None,
        "seconds_left": report.left(datetime.now(UTC)) if report else None,
        "cancelled_by": job.cancelled_by,
        "error": job.error,
        "hint": job.hint,
    }
