"""Whether a commit waits for the disk."""

import pytest
from sqlalchemy import text

from core.store import Store

FULL, NORMAL = 2, 1


@pytest.mark.parametrize(
    "order", [(True, False, True), (False, True, False)], ids=["durable first", "durable between"]
)
def test_each_transaction_waits_as_it_was_asked_to_whoever_wrote_before(
    store: Store, order: tuple[bool, ...]
) -> None:
    found = []
    for durable in order:
        with store.write(durable=durable) as session:
            found.append(session.execute(text("PRAGMA synchronous")).scalar_one())
    assert found == [FULL if durable else NORMAL for durable in order]
    with store.write() as session:
        assert session.execute(text("PRAGMA synchronous")).scalar_one() == FULL
