"""How old the newest post is that a model was trained on."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from core.store import Store, snapshots
from core.store.models import Model
from core.training.provenance import handed_in


def training_age(store: Store, model: Model) -> int | None:
    """In days; None of a model that was made elsewhere, at least in part."""
    if handed_in(store, model.family, model.digest) != ():
        return None
    with store.read() as session:
        return days_since_training(session, model)


def days_since_training(session: Session, model: Model) -> int | None:
    """The same of a model that was made here. Negative where posts are dated in the future."""
    snapshot = snapshots.get(session, model.snapshot)
    if snapshot is None:
        return None
    return (datetime.now(UTC) - datetime.fromtimestamp(snapshot.trained_until, UTC)).days
