"""Commands that freeze posts into snapshots."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.arguments import moment_of
from core.cli.output import (
    AsJson,
    Force,
    print_json,
    print_table,
    progress_bar,
    say,
    warn,
    workspace,
    writer_of,
)
from core.cli.store_sealing import print_sealing, release_store_command, seal_store_command
from core.errors import CorruptArtifactError, InputError
from core.executions import get
from core.feedback.bring import bring
from core.hints import Command, Hint
from core.release import seal_events
from core.release import store_sealing as sealing
from core.release.freezing import freeze
from core.snapshots import find, listing
from core.snapshots.export import exported
from core.snapshots.holding import held_openly
from core.snapshots.rules import Rules
from core.snapshots.verify import SnapshotState, verify
from core.store import Store
from core.store.artifacts import storage_errors
from core.store.posts import SEALED
from core.store.snapshots import Snapshot
from core.words import count

snapshots = typer.Typer(help="Freeze posts into snapshots.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(snapshots, name="snapshot", rich_help_panel="Make")


@snapshots.command("create")
def create_command(
    name: Annotated[str | None, typer.Option(help="Name of the snapshot.")] = None,
    since: Annotated[str | None, typer.Option(help="First day, such as 2026-01-31.")] = None,
    until: Annotated[str | None, typer.Option(help="First day that is not included.")] = None,
    min_posts: Annotated[int, typer.Option(help="Leave out subreddits with fewer posts.")] = 20,
    max_posts: Annotated[
        int | None, typer.Option(help="Keep only this number of newest posts per subreddit.")
    ] = None,
    split: Annotated[str, typer.Option(help="chronological, or random (optimistic).")] = (
        "chronological"
    ),
    fractions: Annotated[
        str, typer.Option(help="Shares of train, valid and test.")
    ] = "0.8,0.1,0.1",
    test_since: Annotated[
        str | None, typer.Option(help="First day of the test split, whatever its share becomes.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of a random split.")] = 0,
    feedback: Annotated[
        bool, typer.Option("--feedback", help="Include users' texts that reviewers have labelled.")
    ] = False,
    seal_store: Annotated[
        bool,
        typer.Option(
            "--seal-store",
            help="Also take the texts of the test posts out of the workspace's database, see"
            " signoff snapshot seal-store.",
        ),
    ] = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Freeze the stored posts, and seal the test split.

    Before that, each version that an alias names predicts the posts that are new to it, so that
    drift goes on to the newest of them.
    """
    rules = Rules(
        since=moment_of(since, "--since"),
        until=moment_of(until, "--until"),
        min_posts=min_posts,
        max_posts=max_posts,
        split=split,
        fractions=_fractions(fractions),
        seed=seed,
        test_since=moment_of(test_since, "--test-since"),
        feedback=feedback,
    )
    store = workspace()
    if feedback:
        bring(store)
    with progress_bar() as progress:
        frozen = freeze(store, rules, name=name, force=force, progress=progress)
        snapshot, number = frozen.snapshot, frozen.execution
        made = sealing.seal_store(store, snapshot, progress=progress) if seal_store else None
    for version, why in frozen.unpredicted.items():
        warn(f"{version} did not predict its newest posts before they were sealed: {why}")
    execution = get(store, number)
    if as_json:
        said = {"execution": number, "seconds": execution.seconds, **_as_json(snapshot)}
        print_json(
            {**said, "holds_sealed": _held_json(store, snapshot), **_store_json(store, snapshot)}
        )
        return
    _print(store, snapshot)
    if made is not None:
        print_sealing(store, snapshot, made)
    say(Hint("Next.", Command("train", snapshot=snapshot.id)))


@snapshots.command("list")
def list_command(as_json: AsJson = False) -> None:
    """All snapshots, newest first."""
    all_snapshots = listing(workspace(looking=True))
    if as_json:
        print_json([_as_json(snapshot) for snapshot in all_snapshots])
        return
    if not all_snapshots:
        say(Hint("There are no snapshots yet. Create one.", Command("snapshot create")))
        return
    rows = [
        (
            s.id,
            f"{s.created_at:%Y-%m-%d %H:%M}",
            s.split,
            *s.splits.values(),
            sum(s.erased.values()),
            s.subreddits,
        )
        for s in all_snapshots
    ]
    columns = (
        "snapshot",
        "created (UTC)",
        "split",
        "train",
        "valid",
        "test",
        "erased",
        "subreddits",
    )
    print_table(columns, rows)


@snapshots.command("show")
def show_command(snapshot: str, as_json: AsJson = False) -> None:
    """One snapshot, by its name or the first digits of its digest."""
    store = workspace(looking=True)
    record = find(store, snapshot)
    if as_json:
        said = {"execution": record.execution, **_as_json(record)}
        print_json(
            {**said, "holds_sealed": _held_json(store, record), **_store_json(store, record)}
        )
        return
    _print(store, record)


@snapshots.command("verify")
def verify_command(snapshot: str, as_json: AsJson = False) -> None:
    """Recompute the digest of a snapshot; exit code 1 if it is broken. Not an opening."""
    store = workspace()
    record = find(store, snapshot)
    verdict = verify(store, record)
    if as_json:
        print_json(
            {
                "snapshot": record.id,
                "digest": record.digest,
                "state": verdict.state,
                "erased": record.erased,
                "why": verdict.why or None,
            }
        )
    if verdict.state == SnapshotState.BROKEN:
        raise CorruptArtifactError(
            f"Snapshot {record.id} is broken. {verdict.why}",
            Hint(
                "Restore the workspace from a backup, or freeze another.",
                Command("snapshot create"),
            ),
        )
    if as_json:
        return
    say(f"Snapshot {record.id}: {_VERDICTS[verdict.state]}{_erased(record)}.")
    if verdict.why:
        say(verdict.why)


def _store_json(store: Store, snapshot: Snapshot) -> dict[str, str]:
    return {"store": sealing.state(store, snapshot)}


_VERDICTS = {
    SnapshotState.WHOLE: "intact",
    SnapshotState.ERASED: "intact",
    SnapshotState.UNPROVEN: "not everything can be checked",
}


_SEALS = {
    seal_events.OPEN: "The test split is sealed.",
    seal_events.SEALED: "The test split is sealed, and so are its posts in the database.",
    seal_events.RELEASED: "The test split is sealed; its posts were released in the database.",
}


def _erased(snapshot: Snapshot) -> str:
    """What was erased since, behind a comma; mostly nothing."""
    gone = ", ".join(f"{posts:,} of {split}" for split, posts in snapshot.erased.items())
    total = count(sum(snapshot.erased.values()), "post")
    return f", with {total} erased since ({gone})" if gone else ""


def _as_json(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "snapshot": snapshot.id,
        "digest": snapshot.digest,
        "split": snapshot.split,
        "optimistic": snapshot.optimistic,
        "splits": snapshot.splits,
        "subreddits": snapshot.subreddits,
        "cutoffs": {split: _iso(moment) for split, moment in snapshot.cutoffs.items()},
        "left_out": snapshot.left_out,
        "erased": snapshot.erased,
        "rules": snapshot.rules,
        "normaliser": snapshot.normaliser,
        "generated": snapshot.generated,
    }


def _held_json(store: Store, snapshot: Snapshot) -> list[dict[str, Any]]:
    return [
        {"snapshot": held.sealed.id, "split": held.split, "share": held.share}
        for held in held_openly(store, snapshot)
    ]


def _print(store: Store, snapshot: Snapshot) -> None:
    marks = " (generated posts)" if snapshot.generated else ""
    say(f"Snapshot {snapshot.id}{marks}, digest {snapshot.digest}")
    counts = ", ".join(f"{split} {posts:,}" for split, posts in snapshot.splits.items())
    sealed = _SEALS[sealing.state(store, snapshot)]
    say(f"{count(snapshot.subreddits, 'subreddit')}; {counts}. {sealed}")
    if sealing.unfinished(store, snapshot):
        again = Command("snapshot seal-store", snapshot.id)
        say(Hint("The free space of the database may still hold their texts. Clean it.", again))
    if snapshot.optimistic:
        say("Random split: its scores are optimistic, because a model sees posts from the future.")
    for split, moment in snapshot.cutoffs.items():
        say(f"{split} begins {_iso(moment)}." if split != "end" else f"It ends {_iso(moment)}.")
    for held in held_openly(store, snapshot):
        say(
            f"{held}: a model trained on it cannot be tested there, and each model that is"
            " evaluated on it uses up that test."
        )
    if snapshot.erased:
        say(f"It was frozen{_erased(snapshot)}: these no longer have any text.")
    for reason, posts in snapshot.left_out.items():
        say(f"{count(posts, 'post')} left out: {reason.replace('_', ' ')}.")
    if SEALED in snapshot.left_out:
        release = Command("snapshot release-store", "SNAPSHOT", reason="…")
        say(Hint("To freeze those as well, release them once their test has served.", release))


def _iso(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")


def _fractions(text: str) -> tuple[float, float, float]:
    try:
        train, valid, test = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(
            f"--fractions {text!r} is not three numbers", "Write them like 0.8,0.1,0.1."
        ) from None
    return train, valid, test


@snapshots.command("export")
def export_command(
    snapshot: Annotated[str, typer.Argument(help="Name, or the first digits of the digest.")],
    file: Annotated[Path, typer.Argument(help="Where to write: a name in .csv or .parquet.")],
    split: Annotated[str, typer.Option(help="train or valid.")] = "train",
) -> None:
    """Write a split's posts as models read them, for a model that is made elsewhere."""
    store, write = workspace(), writer_of(file)
    frame = exported(store, find(store, snapshot), split)
    with storage_errors(file, chosen=True):
        file.write_bytes(write(frame))
    say(f"Written: {count(len(frame), 'post')} of {split} to {file}")


snapshots.command("seal-store")(seal_store_command)
snapshots.command("release-store")(release_store_command)
