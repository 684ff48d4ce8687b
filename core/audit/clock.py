"""Whether this machine's clock can be right, told from what the workspace has recorded."""

from datetime import UTC, datetime, timedelta

from core.errors import StorageError
from core.store import Store
from core.store.clock import latest

RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
"""Nothing of this version ran before; raised with each release."""
TOLERANCE = timedelta(days=1)


def doubt(store: Store, now: datetime | None = None) -> str | None:
    """Why the clock cannot be right, as a sentence; None where nothing speaks against it.

    Posts say nothing of it: their times are somebody else's, and may be wrong themselves.

    Args:
        now: what the clock shows, with its time zone. Default: it is read.
    """
    now = now or datetime.now(UTC)
    if now < RELEASED - TOLERANCE:
        return _said(now, f"this version of Signoff is from {RELEASED:%Y-%m-%d}")
    try:
        with store.read() as session:
            last = latest(session)
    except StorageError:
        return None  # a damaged database: whoever asks something of it is told
    if last is not None and last > now + TOLERANCE:
        return _said(now, f"the workspace has records of {last:%Y-%m-%d %H:%M}")
    return None


def _said(now: datetime, but: str) -> str:
    shown = f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return (
        f"The clock of this machine may be wrong: it shows {shown}, but {but}."
        " Set it before you decide anything: what is recorded now has this time."
    )
