"""Released versions and aliases in the model registry of MLflow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.progress import Progress
from core.release.released import released_model
from core.reporting import card
from core.reporting.card_words import document
from core.reporting.exports.contents import Contents
from core.reporting.exports.runs import WORKSPACE, alias_key
from core.reporting.rendering import markdown
from core.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from mlflow.entities.model_registry import RegisteredModel

VERSION = "signoff.version"
_CARD = "signoff/model-card.md"
_LOCAL = ("", "file")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The registered model, None where nothing was ever released; what was added or moved there.
    See :class:`core.reporting.exports.tracking.Exported`.
    """

    name: str | None = None
    versions: int = 0
    aliases: int = 0
    unattached: int = 0


def register(
    client: "MlflowClient",
    store: Store,
    contents: Contents,
    runs: Mapping[int, "Run"],
    *,
    cards: bool,
    progress: Progress,
) -> Registered:
    """Add the versions that are missing, then have the aliases name what they name here.

    Args:
        runs: training -> its run. The version of one that was deleted in MLflow is left out.

    Raises:
        BrokenChainError: the audit log is broken, or a model is not the one that was approved.
    """
    if not contents.versions:
        return Registered()
    name = f"signoff-{contents.workspace}"
    model = _model(client, name, contents.workspace or "")
    known = _versions(client, name)
    added = unattached = 0
    for done, each in enumerate(contents.versions):
        progress("Versions", done, len(contents.versions))
        run = runs.get(each.candidate)
        if each.version in known or run is None or run.info.lifecycle_stage == "deleted":
            continue
        if cards and _takes_files(client, run):
            text = markdown(document(card.read(store, each.version)))
            client.log_text(run.info.run_id, text, _CARD)
        unattached += cards and not _takes_files(client, run)
        known[each.version] = _add(client, store, name, each.version, run)
        added += 1
    progress("Versions", len(contents.versions), len(contents.versions))
    return Registered(
        name=name,
        versions=added,
        aliases=_move(client, model, contents, known),
        unattached=unattached,
    )


def _model(client: "MlflowClient", name: str, workspace: str) -> "RegisteredModel":
    from mlflow.exceptions import MlflowException

    try:
        return client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
    return client.create_registered_model(
        name, tags={WORKSPACE: workspace}, description="Released by Signoff."
    )


def _versions(client: "MlflowClient", name: str) -> dict[str, str]:
    """Version of Signoff -> its number in MLflow."""
    found, token = dict[str, str](), None
    while True:
        page = client.search_model_versions(f"name = '{name}'", page_token=token)
        for each in page:
            if VERSION in each.tags:
                found.setdefault(each.tags[VERSION], str(each.version))
        if not (token := page.token):
            return found


def _takes_files(client: "MlflowClient", run: "Run") -> bool:
    """Not where a server keeps them in a folder of its own: they would be written here."""
    here = urlsplit(client.tracking_uri).scheme == "sqlite"
    return here or urlsplit(run.info.artifact_uri or "").scheme not in _LOCAL


def _add(client: "MlflowClient", store: Store, name: str, version: str, run: "Run") -> str:
    """Make the version; its number. The model itself stays here: its digest says which it is."""
    model = released_model(store, version)
    made = client.create_model_version(
        name,
        source=f"runs:/{run.info.run_id}/signoff",
        run_id=run.info.run_id,
        tags={
            VERSION: version,
            "signoff.model": model.digest,
            "signoff.family": model.family,
            "signoff.training": str(model.execution),
        },
        description=f"Signoff's version {version}, of execution #{model.execution}.",
        await_creation_for=0,
    )
    return str(made.version)


def _move(
    client: "MlflowClient", model: "RegisteredModel", contents: Contents, known: Mapping[str, str]
) -> int:
    """Set the aliases that name another version, and drop those that name none any more; how many.

    Aliases that Signoff never moved are not its own.
    """
    wanted = {
        alias_key(alias): known[version]
        for alias, version in contents.aliases.items()
        if version in known
    }
    ours = {alias_key(each.alias) for each in contents.moves}
    there = {alias: str(version) for alias, version in model.aliases.items()}
    moved = {alias: number for alias, number in wanted.items() if there.get(alias) != number}
    dropped = [alias for alias in there if alias in ours and alias not in wanted]
    for alias, number in moved.items():
        client.set_registered_model_alias(model.name, alias, number)
    for alias in dropped:
        client.delete_registered_model_alias(model.name, alias)
    return len(moved) + len(dropped)
