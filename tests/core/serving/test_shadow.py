"""How far a shadow agrees with what users got."""

import pytest

from core.feedback.submissions import Sent, keep
from core.serving.model import Suggestion
from core.serving.shadow import agreement
from tests.core.serving.conftest import Served


def send(served: Served, version: str, first: str, p: float, twin: str | None = None) -> str:
    sent = Sent(
        title="x",
        body="",
        version=version,
        suggestions=[Suggestion(first, p), Suggestion("other", 0.01)],
        source="shadow" if twin else "api",
        twin=twin,
    )
    return keep(served.store, [sent])[0]


@pytest.mark.slow
def test_there_is_none_without_a_shadow_nor_of_itself(served: Served) -> None:
    assert agreement(served.store) is None
    served.move("shadow", served.old)
    assert agreement(served.store) is None


def test_a_shadow_that_was_asked_nothing_says_so(served: Served) -> None:
    served.move("shadow", served.new)
    found = agreement(served.store)
    assert found is not None
    assert (found.version, found.production) == (served.new, served.old)
    assert found.twins is found.share is found.interval is None


def test_the_share_with_the_same_first_suggestion_and_both_means(served: Served) -> None:
    served.move("shadow", served.new)
    for first, theirs in (("cats", "cats"), ("cats", "space"), ("space", "space"), ("x", "x")):
        public = send(served, served.old, first, 0.8)
        send(served, served.new, theirs, 0.4, twin=public)
    send(served, served.old, "cats", 0.1)  # nobody asked the shadow
    found = agreement(served.store)
    assert found is not None
    assert found.twins is not None
    assert (found.twins.texts, found.twins.same, found.share) == (4, 3, 0.75)
    assert found.twins.mean == pytest.approx(0.8)
    assert found.twins.shadow_mean == pytest.approx(0.4)
    assert found.interval is not None
    low, high = found.interval
    assert low < 0.75 < high


def test_a_name_in_other_letters_is_the_same_subreddit(served: Served) -> None:
    served.move("shadow", served.new)
    send(served, served.new, "Cats", 0.4, twin=send(served, served.old, "cats", 0.8))
    found = agreement(served.store)
    assert found is not None
    assert found.share == 1


def test_where_nothing_was_suggested_nothing_is_the_same(served: Served) -> None:
    served.move("shadow", served.new)
    values = {"title": "x", "body": "", "suggestions": ()}
    (public,) = keep(served.store, [Sent(version=served.old, source="api", **values)])
    keep(served.store, [Sent(version=served.new, source="shadow", twin=public, **values)])
    found = agreement(served.store)
    assert found is not None
    assert found.twins is None
    send(served, served.new, "cats", 0.4, twin=send(served, served.old, "cats", 0.8))
    found = agreement(served.store)
    assert found is not None
    assert found.share == 1
