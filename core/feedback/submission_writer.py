"""Writes what was suggested into the database, in a worker process.

Writing rows takes Python's lock again for each of them, and a disk may take seconds; the requests
of a server must wait for neither.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from core.errors import UnavailableError
from core.feedback import submissions
from core.feedback.submissions import Sent
from core.serving.model import Suggestion
from core.serving.worker import WorkerError, WorkerProcess
from core.store import existing_store

Row = tuple[str, str, str, str, str, bool, str | None, list[tuple[str, float]]]
"""A :class:`core.feedback.submissions.Sent`, which would take longer to pickle than to keep: title,
body, domain, version, source, keep_text, twin, suggestions. Its moment is when it is kept."""


class SubmissionWriter:
    """Safe to use from several threads: they are served one after the other.

    Args:
        home: of the workspace.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._worker = self._start()

    def write(self, sent: Sequence[Sent], *, seconds: float) -> list[str]:
        """Keep texts, see :func:`core.feedback.submissions.keep`; they survive this process at
        once, and a loss of power from the next durable transaction on.

        Args:
            seconds: to wait for other writers and for the disk.

        Raises:
            UnavailableError: that took longer, and nobody knows whether they are kept; or they
                cannot be.
        """
        if not self._worker.alive:
            self._worker = self._start()
        try:
            return self._worker.ask((list(map(_row, sent)), seconds), seconds=seconds)
        except (WorkerError, TimeoutError) as error:
            raise UnavailableError(
                f"The suggestions cannot be stored: {str(error) or 'it took too long'}",
                "Free some disk space, or stop what locks the database.",
            ) from error

    def _start(self) -> WorkerProcess[tuple[list[Row], float], list[str]]:
        return WorkerProcess(partial(_writing, self._home))


def _writing(home: Path) -> Callable[[tuple[list[Row], float]], list[str]]:
    """What the process holds."""
    store = existing_store(home)

    def keep(asked: tuple[list[Row], float]) -> list[str]:
        rows, seconds = asked
        return submissions.keep(store, list(map(_sent, rows)), durable=False, patience=seconds)

    return keep


def _row(one: Sent) -> Row:
    suggestions = [(s.subreddit, s.probability) for s in one.suggestions]
    text = one.title, one.body, one.domain
    return *text, one.version, one.source, one.keep_text, one.twin, suggestions


def _sent(row: Row) -> Sent:
    title, body, domain, version, source, keep_text, twin, suggestions = row
    return Sent(
        title=title,
        body=body,
        domain=domain,
        version=version,
        suggestions=[Suggestion(*one) for one in suggestions],
        source=source,
        keep_text=keep_text,
        twin=twin,
    )
