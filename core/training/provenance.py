"""What a model has seen besides the posts of its snapshot."""

from core.store import Store
from core.training import ensemble, onnx_model


def handed_in(store: Store, family: str, digest: str) -> tuple[str, ...] | None:
    """The ids of posts that the makers of a model say it was trained on.

    Empty for a model that was trained here: its snapshot says what it has seen. None: nobody knows
    what an adopted model, or a member of an ensemble, has seen.

    Raises as :meth:`core.store.artifacts.Artifacts.open` does.
    """
    if family == onnx_model.NAME:
        return onnx_model.trained_on(store.artifacts.open(digest))
    if family != ensemble.NAME:
        return ()
    members = ensemble.Manifest.read(store.artifacts.open(digest)).members
    seen: tuple[str, ...] = ()
    for member in members:
        known = handed_in(store, member.family, member.digest)
        if known is None:
            return None
        seen += known
    return seen
