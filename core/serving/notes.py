"""What should be known of a version that is served, and stands in nobody's way."""

from core.store import Store, models, releases
from core.text import NORMALISER


def older_normaliser(store: Store, version: str) -> str | None:
    """That the model of a version learned from texts of another normaliser than the one that
    prepares what it is asked now, as a sentence; None where it is the same.
    """
    with store.read() as session:
        found = releases.version(session, version)
        model = models.model(session, found.candidate) if found else None
    if model is None or model.normaliser == NORMALISER:
        return None
    return (
        f"{version} was trained with version {model.normaliser} of the text normaliser, and this"
        f" Signoff has version {NORMALISER}: a few texts reach it in other words than it learned"
        " from. Training it again on a new snapshot mends that."
    )
