"""Checks of the work that goes on, and of the clock that it is recorded by."""

import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil

from core.audit.clock import doubt
from core.hints import Command, Hint
from core.serving.servers import running as running_servers
from core.store import executions as executions_table
from core.store import jobs as jobs_table
from core.store.executions import RUNNING
from core.store.jobs import WAITING
from core.upkeep.finding import Found, Look, fine, wrong
from core.words import count, listed

SILENT = timedelta(minutes=1)
"""After which a server that has not reported stands still: it reports every few seconds."""


def runs(look: Look) -> Found:
    """Whether the executions that are recorded as running go on."""
    with look.store.read() as session:
        found = executions_table.listing(session, statuses=(RUNNING,))
    alive = [run for run in found if look.store.presence.is_alive(run.process)]
    for run in alive:
        if _stopped(run.process):
            return _standing_still(f"The run #{run.number}", run.process)
    gone = [f"#{run.number}" for run in found if run not in alive]
    if gone:
        return fine(
            f"{count(len(alive), 'run')} going on. {listed(gone)} ended with its process and is"
            " shown as interrupted; the next run records that."
        )
    return fine(f"{count(len(alive), 'run')} going on." if alive else "Nothing is running.")


def jobs(look: Look) -> Found:
    """Whether the work that pages asked for goes on."""
    with look.store.read() as session:
        under_way = jobs_table.under_way(session)
    doing = [job for job in under_way if job.status == RUNNING]
    for job in doing:
        if job.process and _stopped(job.process):
            return _standing_still(f"Job {job.number}", job.process)
    waiting = [job for job in under_way if job.status == WAITING]
    if waiting and not doing:
        return wrong(
            f"{count(len(waiting), 'job')} waiting, and nothing works them off.",
            Hint("Start the dashboard: it has them done.", Command("dashboard")),
        )
    return fine(f"{len(doing)} going on, {len(waiting)} waiting." if under_way else "None.")


def servers(look: Look) -> Found:
    """Whether the servers that run report, and answer with what the aliases name."""
    known = running_servers(look.store)
    now = datetime.now(UTC)
    for server in known:
        process = {"host": server.host, "pid": server.pid}
        name = f"The server {server.address} on {server.host}"
        if _stopped(process):
            return _standing_still(name, process)
        if now - server.seen_at > SILENT:
            return wrong(
                f"{name} has not reported since {server.seen_at:%Y-%m-%d %H:%M} UTC.",
                "Look at its log, and restart it.",
            )
        for alarm in server.alarms:
            hint = alarm.hint or "Look at its log."
            return wrong(f"{name}: {alarm.title}.", hint)
    return fine(f"{count(len(known), 'server')} running." if known else "None is running.")


def clock(look: Look) -> Found:
    """Whether the clock can be right."""
    said = doubt(look.store)
    if said is None:
        return fine("Nothing speaks against the time that it shows.")
    first, _, rest = said.partition(". ")
    return wrong(f"{first}.", rest)


def writers(look: Look) -> Found:
    """Whether somebody keeps everybody else from writing."""
    pid = look.store.database.writing()
    if pid is None:
        return fine("Nobody holds the database's write lock.")
    process = {"host": socket.gethostname(), "pid": pid}
    if _stopped(process):
        return _standing_still("The process that holds the database's write lock", process)
    return fine(f"Process {pid} is writing." if pid else "A process is writing.")


def _stopped(process: Mapping[str, Any]) -> bool:
    """Whether a process of this machine was stopped, as by Ctrl-Z: it keeps its locks."""
    if process.get("host") != socket.gethostname():
        return False
    try:
        return psutil.Process(process["pid"]).status() == psutil.STATUS_STOPPED
    except psutil.Error:
        return False


def _standing_still(what: str, process: Mapping[str, Any]) -> Found:
    pid = process["pid"]
    return wrong(
        f"{what} was stopped (process {pid}), as by Ctrl-Z.",
        f"Let it go on (kill -CONT {pid}), or end it (kill -KILL {pid}).",
    )
