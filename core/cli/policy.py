"""Commands of the release policy: which one is in force, and putting another into force."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from core.cli.output import AsJson, print_json, say, say_lines, workspace
from core.hints import Hint
from core.release import adoption
from core.release.adoption import ADOPTING
from core.release.policy import FILE, Policy
from core.release.policy_draft import Change, Draft, last_changes, pending
from core.release.policy_events import Adopted
from core.store import Store

policy = typer.Typer(invoke_without_command=True)


@policy.callback()
def policy_command(
    context: typer.Context,
    init: Annotated[
        bool,
        typer.Option(
            "--init", help="Write the policy in force as release-policy.toml, to edit it."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The policy in force: gates, limits and rules; and what release-policy.toml would change."""
    if context.invoked_subcommand:
        return
    store = workspace(looking=not init)
    written = adoption.init_policy(store) if init else None
    now = adoption.read_policy(store)
    if as_json:
        changed = [asdict(change) for change in last_changes(store)]
        print_json({**asdict(now), "changed": changed, "draft": _draft_json(pending(store))})
        return
    if written:
        say(Hint(f"Written: {written}. Edit it; it takes effect once it is adopted.", ADOPTING))
        return
    say(f"# {now.named}, {now.digest}")
    for change in last_changes(store):
        say(f"# It changed {change}")
    say_pending(store, "# ")
    say_lines(adoption.text_in_force(store))


@policy.command("adopt")
def adopt(
    comment: Annotated[str, typer.Option(help="The reason; it stays in the history.")] = "",
    as_json: AsJson = False,
) -> None:
    """Put release-policy.toml into force. It takes two people where the policy asks for them.

    Then the first asks for it, and it takes effect when somebody else adopts the same file. One
    person is enough as long as nothing was proposed, or with team_of_one = true in force.
    """
    store = workspace()
    done = adoption.adopt(store, comment=comment)
    now = adoption.read_policy(store)
    waiting = pending(store)
    if as_json:
        event = None if done is None else {"event": done.kind, "by": done.by, "at": done.at}
        print_json({**policy_json(store, now), "done": event})
        return
    if done is None:
        say(f"This policy is in force already: {now.named}, {now.digest[:12]}.")
    elif isinstance(done, Adopted):
        say(f"In force from now on: {now.named}, {now.digest[:12]}.")
        _say_changes(last_changes(store))
    elif waiting:
        say(f"{done.by} has asked for this policy. It takes effect when somebody else adopts it.")
        _say_changes(waiting.changes)


def policy_json(store: Store, now: Policy) -> dict[str, Any]:
    """The policy that judged, and the file that is not in force, if there is one."""
    return {
        "source": now.source,
        "digest": now.digest,
        "adopted_by": now.adopted_by,
        "adopted_at": now.adopted_at,
        "draft": _draft_json(pending(store)),
    }


def say_pending(store: Store, prefix: str = "") -> None:
    """What the file says that is not in force, and what to do; nothing where there is no such."""
    found = pending(store)
    if found is None:
        return
    say(f"{prefix}Note: {found.hint}")
    _say_changes(found.changes, prefix)


def _say_changes(changes: tuple[Change, ...], prefix: str = "") -> None:
    for change in changes:
        say(f"{prefix}  {change}")


def _draft_json(found: Draft | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "file": FILE,
        "digest": found.digest,
        "changes": [asdict(change) for change in found.changes],
        "asked_by": found.asked.by if found.asked else None,
        "asked_at": found.asked.at if found.asked else None,
        "wrong": found.wrong,
    }
