"""The workspace's store: its database, opened and upgraded, and its artifacts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.store.artifacts import Artifacts
from core.store.database import Database
from core.store.presence import Presence


@dataclass(frozen=True, slots=True)
class Store:
    """One workspace: its database and its artifacts."""

    home: Path
    database: Database
    artifacts: Artifacts

    @property
    def engine(self) -> Engine:
        return self.database.engine

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view of the database."""
        with Session(self.engine, info={"database": self.database}) as session:
            yield session

    def scrub(self) -> None:
        """Rewrite the database, so that its files hold nothing of rows that were deleted.

        Writers wait meanwhile; for a moment it takes as much disk again.

        Raises:
            StorageError: another process reads or writes, or the disk is full. Nothing is lost.
        """
        self.database.scrub()

    def scrub_quickly(self) -> bool:
        """Drop the copies of erased text that recent writes left behind. Waits for nobody.

        Returns:
            False if another process still reads one of them: it has to stay for now.
        """
        return self.database.scrub_quickly()

    def back_up(self) -> Path:
        """Write a consistent copy of the database next to it; where that is."""
        return self.database.back_up()

    def backups(self) -> list[Path]:
        """Copies of the database, oldest first. Nothing is erased from them."""
        return self.database.backups()

    @property
    def presence(self) -> Presence:
        """Which recorded work goes on."""
        return self.database.presence

    @property
    def logs(self) -> Path:
        return self.home / "logs"
