"""Trainings are found by words and conditions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.evaluation.history import trainings
from core.release import identity
from core.release.search import search
from core.training.train import train
from tests.conftest import Road
from tests.factories import QUICK


@pytest.fixture
def named(road: Road) -> Road:
    for seed, name in ((1, "Old baseline"), (2, "challenger")):
        train(
            road.store,
            road.snapshot,
            model="fasttext",
            params=QUICK,
            seed=seed,
            threads=1,
            name=name,
            note="few words" if seed == 1 else None,
        )
    return road


def test_trainings_are_found(named: Road) -> None:
    known = identity.read(named.store).known
    first, second = named.baseline.execution, named.candidate.execution
    value = next(t for t in trainings(named.store) if t.number == first).evaluation
    assert value is not None
    f1 = value.metrics["f1_macro"]

    def found(query: str) -> list[int]:
        return [each.number for each in search(known, query)]

    assert found("") == found(" ") == [second, first]
    assert found("BASELINE") == found("old few") == found("seed=1") == [first]
    assert found("loss=ova epoch=5 seed!=1") == [second]
    assert found(f"number={first} f1_macro={f1:.3f}") == [first]
    assert found("f1_macro>=0 f1_macro<=1 dim<9") == [second, first]
    assert found("f1_macro>1") == found("baseline challenger") == found("loss=hs") == []
    assert found("model=FastText state=trained snapshot=small") == [second, first]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("los=ova", "No training has a parameter or metric called 'los'"),
        ("f1_macro>high", "'high' in 'f1_macro>high' is not a number"),
        ("f1_macro>nan", "'nan' in 'f1_macro>nan' is not a number"),
    ],
)
def test_what_cannot_be_looked_for_is_said(named: Road, query: str, reason: str) -> None:
    with pytest.raises(InputError) as raised:
        search(identity.read(named.store).known, query)
    assert raised.value.reason == reason


_TERMS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["f1_macro", "seed", "loss", "state", "by", "A"]),
    st.sampled_from(["=", "!=", ">", "<", ">=", "<="]),
    st.text(max_size=8),
)


@given(st.one_of(st.text(max_size=30), _TERMS))
def test_any_text_is_a_search_or_refused(text: str) -> None:
    refused = ""
    try:
        assert search([], text) == []
    except InputError as error:
        refused = error.reason
    assert not refused or "is not a number" in refused
