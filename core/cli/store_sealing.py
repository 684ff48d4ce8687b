"""Commands that seal the posts of a sealed test in the database, too, and put them back."""

from typing import Annotated

import typer

from core.cli.output import AsJson, print_json, progress_bar, say, workspace
from core.hints import Command, Hint
from core.release import store_sealing as sealing
from core.release.store_sealing import StoreSealing
from core.snapshots import Snapshot, find
from core.snapshots.holding import readable_elsewhere
from core.store import Store
from core.words import count


def seal_store_command(snapshot: str, as_json: AsJson = False) -> None:
    """Take the texts of a sealed test's posts out of the workspace's database.

    Title, body, domain, link and flair of the test posts are encrypted with the key of the sealed
    splits, and the database is rewritten without them. Id, subreddit, time and numbers stay.
    Imports do not bring the texts back, later snapshots leave these posts out, and erasing works as
    before. They come back with signoff snapshot release-store, which ends the test.

    Everybody who can read the key can still read the texts: give it in SIGNOFF_SEAL_KEY, only to
    the people who freeze and open. Back it up: without it the texts are lost, and no import brings
    them back. Not sealed are backups, imported files, users' texts from which posts were made,
    other posts with the same text, and splits of other snapshots that hold these posts in the
    open. The command names the backups and the splits that it knows of.
    """
    store = workspace()
    record = find(store, snapshot)
    with progress_bar() as progress:
        made = sealing.seal_store(store, record, progress=progress)
    if as_json:
        print_json(
            {
                "snapshot": record.id,
                "execution": made.execution,
                "posts": made.posts,
                "backups": [str(path) for path in made.backups],
                "readable_elsewhere": [
                    {"snapshot": held.holder.id, "split": held.split, "share": held.share}
                    for held in readable_elsewhere(store, record)
                ],
            }
        )
        return
    print_sealing(store, record, made)


def release_store_command(
    snapshot: str,
    reason: Annotated[str, typer.Option(help="Why; it stays in the audit log.")],
    as_json: AsJson = False,
) -> None:
    """Put the texts of a sealed test's posts back into the workspace's database, in the clear.

    It takes the key and the role admin, and is recorded in the audit log. The test is not opened
    any more from then on: its posts are ordinary data, for the next snapshot to train on.
    """
    store = workspace()
    record = find(store, snapshot)
    with progress_bar() as progress:
        made = sealing.release_store(store, record, reason=reason, progress=progress)
    if as_json:
        print_json({"snapshot": record.id, "posts": made.posts, "reason": made.comment})
        return
    say(
        f"{count(made.posts, 'post')} of {record.id} can be read in the database again. Its test"
        " will not be opened any more."
    )
    say(Hint("Freeze them into a snapshot.", Command("snapshot create")))


def print_sealing(store: Store, snapshot: Snapshot, made: StoreSealing) -> None:
    """What was sealed, and where it can still be read."""
    done = "" if made.execution is not None else " already"
    said = count(made.posts, "post")
    say(f"The texts of {said} in the test split are{done} sealed in the database, too.")
    for held in readable_elsewhere(store, snapshot):
        where = f"the {held.split} split of {held.holder.id}"
        say(f"Still readable: {held.share:.0%} of them, in {where}.")
    for path in made.backups:
        say(f"Still readable: those in the backup {path.name}. Delete it if you do not need it.")
