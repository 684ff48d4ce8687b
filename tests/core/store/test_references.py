"""No column is forgotten that names an artifact: what is named is never removed."""

import pytest

from core.store import references, store_as_it_is
from core.store.inventory import inventory
from core.store.types import ARTIFACT
from tests import demo_workspace

OTHER = {
    "access_events.public_key",
    "access_events.secret",
    "audit.digest",
    "audit.previous",
    "audit_signatures.key",
    "drift_alarms.model",
    "drift_files.model",
    "drift_models.model",
    "drift_windows.content",
    "drift_windows.model",
    "executions.cache_key",
    "fingerprints.snapshot",
    "jobs.key",
    "models.snapshot",
    "evaluations.snapshot",
    "noise.configuration",
    "noise.snapshot",
    "policy_events.digest",
    "release_events.shown",
    "release_events.snapshot",
    "seal_events.snapshot",
    "shared_texts.holder",
    "shared_texts.snapshot",
    "snapshots.digest",
    "split_files.digest",
    "store_seals.snapshot",
}
"""Digests of other things, and of rows that name the artifact. Of ``split_files``, erasing knows
what is needed."""


def test_each_column_of_a_digest_is_of_an_artifact_or_listed_here() -> None:
    named = {
        f"{table.name}.{column.name}"
        for table in references._tables()
        for column in table.columns
        if getattr(column.type, "length", None) == 64 and column.info != ARTIFACT
    }
    assert named == OTHER


def test_every_artifact_of_the_demo_is_named_and_there(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = store_as_it_is(demo_workspace.built(tmp_path_factory))
    there = inventory(store.artifacts.root).keys()
    with store.read() as session:
        required, mentioned = references.required(session).keys(), references.mentioned(session)
    store.engine.dispose()
    assert required <= there
    assert there <= required | mentioned
