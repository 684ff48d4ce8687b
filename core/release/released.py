"""The model of a version: what was approved under its name, and nothing else."""

from core import audit
from core.errors import BrokenChainError, NotFoundError
from core.hints import Command, Hint
from core.release import aliases
from core.release.events import CANARY, Approved
from core.store import Store, grounds, models
from core.store.models import Model


def released_model(store: Store, version: str) -> Model:
    """The model of a version, as the audit log says that it was approved. Whatever else the
    database says of the version is not asked.

    Raises:
        NotFoundError: there is no such version.
        BrokenChainError: the log is broken, or the model is not the one that was approved.
    """
    with store.read() as session:
        approvals = [
            each
            for each in audit.decisions(session)
            if each.kind == Approved.kind and each.details.get("version") == version
        ]
        if not approvals:
            raise NotFoundError(
                f"There is no alias or version {version[:50]!r}",
                Hint("List the aliases.", Command("alias list")),
            )
        candidate = approvals[-1].details["candidate"]
        name = f"models/{candidate}"
        model = models.model(session, candidate) if isinstance(candidate, int) else None
        now = grounds.digests(session, [name])[name]
    if model is None or now != approvals[-1].rests_on.get(name):
        raise BrokenChainError(
            f"The model of {version} is not the one that was approved",
            Hint(
                "It was not loaded. Leave the database as it is, and compare it with a backup.",
                Command("audit verify"),
            ),
        )
    return model


def version_of(store: Store, alias: str) -> str:
    """What the alias names; a version names itself.

    Raises:
        NotFoundError: the alias names nothing.
    """
    found = aliases.current(store).get(alias)
    if found is None and alias not in {each.version for each in aliases.versions(store)}:
        raise NotFoundError(
            f"{alias!r} names no version yet, so there is no model to watch",
            Hint("Set it to a released version.", _setting(alias)),
        )
    return found or alias


def _setting(alias: str) -> Command:
    if alias == CANARY:
        return Command("alias canary", "VERSION", share=0.1)
    return Command("alias set", alias, "VERSION")
