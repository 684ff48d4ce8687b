"""Opening a workspace."""

from contextlib import suppress
from pathlib import Path

from core.errors import NotFoundError, StorageError
from core.hints import Command, Hint
from core.store.artifacts import Artifacts, storage_errors
from core.store.database import Database
from core.store.engine import Store
from core.store.permissions import close, make_folder
from core.store.reaping import reap
from core.store.schema import bring_up_to_date
from core.store.sqlite import DATABASE, open_sqlite


def existing_store(home: Path) -> Store:
    """The workspace at ``home``, see :func:`open_store`; where there is none, none is made: whoever
    only looks would take an empty one, at a place that they mistyped, for theirs.

    Raises:
        NotFoundError: there is no workspace.
    """
    require_workspace(home)
    return open_store(home)


def store_as_it_is(home: Path) -> Store:
    """The workspace at ``home``, to be looked at: it is not upgraded, nothing is recorded or made,
    and whatever would write raises a StorageError. Nothing has been read yet: whoever asks hears
    what is wrong, even that there is none.
    """
    return _store(home, open_sqlite(home, to_look=True))


def open_store(home: Path) -> Store:
    """Open the workspace at ``home``; make it, or upgrade its database, where needed. One that is
    there but cannot be written, such as on a full disk, can be read.

    Runs whose process is gone are recorded as interrupted.

    Raises:
        StorageError: the folder cannot be used, or the database is not one.
        UnknownSchemaError: another version of Signoff wrote the database.
    """
    # One that is there can be looked at even where nothing can be made.
    with suppress(OSError) if _is_there(home) else storage_errors(home):
        make_folder(home, DATABASE)
        (home / "logs").mkdir(parents=True, exist_ok=True)
    database = open_sqlite(home)
    try:
        bring_up_to_date(database)
    except BaseException:
        database.engine.dispose()
        raise
    for file in home.glob("signoff*.db*"):  # with its log of writes and its backups
        close(file)
    store = _store(home, database)
    with suppress(StorageError):  # what cannot be recorded now is at the next opening
        reap(store)
    return store


def place_of(home: Path) -> tuple[int, int] | None:
    """Which file the database is, whatever its content; None where there is none.

    Whoever has it open goes on with that file, even if it was removed or another took its place.
    """
    try:
        found = (home / DATABASE).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _store(home: Path, database: Database) -> Store:
    return Store(home=home, database=database, artifacts=Artifacts(home / "artifacts"))


def require_workspace(home: Path) -> None:
    """Raise NotFoundError if there is no workspace, StorageError if its folder cannot be read."""
    if not _is_there(home):
        raise NotFoundError(
            f"There is no workspace in {home}",
            Hint(
                "Set SIGNOFF_HOME to the folder of one, or begin one by importing posts.",
                Command("import", "FOLDER"),
            ),
        )


def _is_there(home: Path) -> bool:
    try:
        return (home / DATABASE).exists()
    except OSError as error:  # a folder of another account
        raise StorageError(
            f"Cannot read {home}: {error.strerror}",
            "Run the command as the account that the workspace belongs to, or set SIGNOFF_HOME to"
            " another folder.",
        ) from error
