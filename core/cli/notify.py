"""Commands that tell people elsewhere what happened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from core.cli.output import AsJson, print_json, print_table, progress_bar, say, workspace
from core.errors import InputError, NotFoundError, UnavailableError
from core.hints import Command, Hint
from core.notifications import sending
from core.notifications.addresses import Destination
from core.notifications.configured import configured, destination
from core.notifications.listing import Listing, listing
from core.notifications.sending import Pass
from core.store.notifications import WAITING, Notification
from core.words import listed

notify = typer.Typer(help="Tell people elsewhere what happened.", no_args_is_help=True)
_NONE = "No address is configured"
_HOW = "docs/notifications.md describes how signoff.toml names them."
_DESCRIBED = "docs/notifications.md describes what each kind of address needs."


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(notify, name="notify", rich_help_panel="Decide")


@notify.command("run")
def notify_run(
    again: Annotated[
        bool,
        typer.Option("--again", help="Also try what waits for its next try, or was given up."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send what is due, once. For cron; the dashboard and the API do so by themselves.

    Exit code 1 if a message could not be sent; it is tried again for seven days.
    """
    store, addresses = workspace(), _addresses()
    with progress_bar() as progress:
        done = sending.run(store, addresses, again=again, progress=progress)
    if as_json:
        print_json(_pass_json(done))
    elif done is None:
        say("Another process is sending right now.")
    else:
        say(f"Queued {done.queued:,}, sent {done.sent:,}.")
    if done and done.failed:
        raise UnavailableError(
            "; ".join(f"{each.address}: {each.error}" for each in done.failed),
            Hint("Look at what waits.", Command("notify list")),
        )


@notify.command("test")
def notify_test(
    name: Annotated[str | None, typer.Argument(help="Only this address.")] = None,
    as_json: AsJson = False,
) -> None:
    """Send a test message to each address. From then on, it gets messages about what happens.

    Exit code 1 if an address does not take it.
    """
    store, addresses = workspace(), _addresses()
    chosen = [each for each in addresses if name in (None, each.name)]
    if not chosen:
        known = listed([each.name for each in addresses])
        raise NotFoundError(f"No address is called {name}", f"signoff.toml has {known}.")
    errors: dict[str, str | None] = {}
    with progress_bar() as progress:
        for done, each in enumerate(chosen):
            progress(f"asking {each.name}", done, len(chosen))
            refused = sending.try_out(store, each)
            errors[each.name] = refused.why if refused else None
    if as_json:
        print_json([{"address": each, "error": error} for each, error in errors.items()])
    else:
        for took in (each for each, error in errors.items() if error is None):
            say(f"{took} took the message.")
    failed = [f"{each}: {error}" for each, error in errors.items() if error is not None]
    if failed:
        raise UnavailableError("; ".join(failed), _DESCRIBED)


@notify.command("list")
def notify_list(
    every: Annotated[bool, typer.Option("--all", help="Also what was sent.")] = False,
    limit: Annotated[int, typer.Option(help="How many messages.", min=1)] = 50,
    as_json: AsJson = False,
) -> None:
    """Who gets messages about what, and the messages that wait or were given up, newest first."""
    store, addresses = workspace(looking=True), configured()
    found = listing(store, ended=every, limit=limit)
    if as_json:
        print_json(
            {
                "addresses": [
                    _address_json(each, found.since.get(each.name)) for each in addresses
                ],
                "counts": found.counts,
                "messages": [_message_json(each) for each in found.messages],
            }
        )
        return
    _print_addresses(addresses, found)
    said = ", ".join(f"{number:,} {status}" for status, number in found.counts.items())
    say(f"Messages: {said}.")
    if found.messages:
        columns = ("event", "address", "what", "status", "tries", "next try (UTC)", "last error")
        print_table(columns, list(map(_row, found.messages)))


def _addresses() -> tuple[Destination, ...]:
    found = configured()
    if not found:
        raise InputError(_NONE, _HOW)
    return found


def _print_addresses(addresses: Sequence[Destination], found: Listing) -> None:
    if not addresses:
        say(f"{_NONE}. {_HOW}")
        return
    rows = [
        (
            *(each.name, each.kind, destination(each)),
            ", ".join(sorted(each.on)),
            _minute(found.since.get(each.name)) or "not seen yet",
        )
        for each in addresses
    ]
    print_table(("address", "kind", "goes to", "messages about", "since (UTC)"), rows)
    if any(each.name not in found.since for each in addresses):
        say(
            Hint(
                "An address gets messages about what happens after Signoff first saw it. Try them"
                " now.",
                Command("notify test"),
            )
        )


def _row(each: Notification) -> tuple[object, ...]:
    due = _minute(each.due_at) if each.status == WAITING else None
    return (each.event, each.address, each.title, each.status, each.attempts, due, each.error)


def _minute(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else None


def _address_json(address: Destination, since: datetime | None) -> dict[str, Any]:
    return {
        "name": address.name,
        "kind": address.kind,
        "goes_to": destination(address),
        "on": sorted(address.on),
        "since": since,
    }


def _message_json(each: Notification) -> dict[str, Any]:
    return {
        "event": each.event,
        "address": each.address,
        "key": each.key,
        "kinds": each.kinds,
        "at": each.at,
        "title": each.title,
        "text": each.text,
        "status": each.status,
        "attempts": each.attempts,
        "queued_at": each.queued_at,
        "due_at": each.due_at if each.status == WAITING else None,
        "ended_at": each.ended_at,
        "error": each.error,
    }


def _pass_json(done: Pass | None) -> dict[str, Any]:
    return {
        "busy": done is None,
        "queued": done.queued if done else 0,
        "sent": done.sent if done else 0,
        "failed": [_message_json(each) for each in done.failed] if done else [],
    }
