"""The database's schema: which revision it is, and how it comes to the newest."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from core.errors import StorageError, UnknownSchemaError
from core.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0013"
"""The newest revision. Kept here so that opening a workspace need not load Alembic; a test holds
it equal to the newest file in ``migrations/versions``."""

_MIGRATIONS = Path(__file__).parent / "migrations"


def bring_up_to_date(database: Database) -> bool:
    """Upgrade the database where it is older; True if anything was done.

    A copy of the earlier one is kept. Two processes at once: the write lock lets one upgrade,
    and the other finds it done.

    Raises:
        UnknownSchemaError: another version of Signoff, older or newer, wrote the database.
    """
    with database.engine.connect() as connection:
        revision = _revision(connection)
    if revision == HEAD:
        return False
    _require_known(revision)
    try:
        return _brought(database)
    except StorageError as error:
        if revision is None:
            raise
        raise StorageError(
            "An earlier version of Signoff wrote the database, and it cannot be upgraded:"
            f" {error.reason}",
            error.hint,
        ) from error


def _brought(database: Database) -> bool:
    with database.writer.begin() as connection:
        revision = _revision(connection)
        if revision == HEAD:
            return False
        if revision is not None:
            database.back_up()  # reads what was committed, so nothing of the upgrade
        _upgrade(connection)
    return True


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _require_known(revision: str | None) -> None:
    from alembic.script import ScriptDirectory  # loading Alembic takes longer than most commands

    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    if revision is not None and revision not in {script.revision for script in scripts}:
        raise UnknownSchemaError(
            f"This Signoff does not know the schema of the workspace's database ({revision})",
            "Use the version of Signoff that wrote it, or set SIGNOFF_HOME to another workspace."
            " Nothing was changed.",
        )


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
