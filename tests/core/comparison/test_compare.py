"""Comparing evaluations, recorded once a pair."""

import pytest

from core.comparison.compare import Pair, changes_of, compare, kept, pair, slices_of, summary_of
from core.comparison.differences import differences
from core.errors import CorruptArtifactError, InputError, NotFoundError, RefusedError
from core.evaluation.evaluate import evaluate, evaluate_unsealed, of_execution
from core.executions import Step, get, listing
from core.snapshots import create
from core.snapshots.rules import Rules
from core.snapshots.unsealed import attributes_of, unseal
from core.training.train import train
from tests.conftest import Road
from tests.factories import QUICK
from tests.workspaces import overwrite


def test_two_trainings_mean_their_evaluations_on_the_validation_split(road: Road) -> None:
    chosen = pair(road.store, 3, 5)
    assert (chosen.baseline.execution, chosen.candidate.execution) == (4, 6)
    assert pair(road.store, 4, 6) == pair(road.store, 3, 6) == chosen


def test_a_comparison_is_paired_and_kept(road: Road) -> None:
    made = compare(road.store, pair(road.store, 3, 5))
    summary, changes = summary_of(road.store, made), changes_of(road.store, made)
    assert (summary.kind, summary.posts) == ("paired", 24)
    assert changes["support"].sum() == 24
    assert summary.churn is not None
    assert summary.churn.changed == changes["changed"].sum()
    execution = get(road.store, made.execution)
    assert execution.inputs["baseline"] == 4
    assert execution.metrics["f1_macro_difference"] == summary.metrics["f1_macro"].difference


def test_the_same_pair_is_given_back_unless_forced(road: Road) -> None:
    made = compare(road.store, pair(road.store, 3, 5))
    assert compare(road.store, pair(road.store, 4, 6)) == made
    forced = compare(road.store, pair(road.store, 3, 5), force=True)
    assert forced.execution > made.execution
    assert (forced.summary, forced.changes) == (made.summary, made.changes)
    assert compare(road.store, pair(road.store, 5, 3)).execution != made.execution


def test_models_of_two_snapshots_are_paired_where_both_were_evaluated_on_one(road: Road) -> None:
    other, _ = create(road.store, Rules(fractions=(0.6, 0.3, 0.1)))
    model = train(road.store, other, model="fasttext", params=QUICK, threads=1)
    judged = evaluate(road.store, model, other)
    apart = pair(road.store, 3, model.execution)
    assert (apart.baseline.execution, apart.candidate) == (4, judged)
    assert summary_of(road.store, compare(road.store, apart)).kind == "unpaired"
    evaluate(road.store, road.baseline, other)
    together = pair(road.store, 3, model.execution)
    assert together.baseline.snapshot == other.digest
    assert summary_of(road.store, compare(road.store, together)).kind == "paired"


def test_what_cannot_be_compared_is_refused(road: Road) -> None:
    with pytest.raises(InputError, match="#2 is of kind snapshot"):
        pair(road.store, 2, 5)
    with pytest.raises(NotFoundError, match="no execution #99"):
        pair(road.store, 3, 99)
    model = train(road.store, road.snapshot, model="fasttext", params=QUICK, seed=9, threads=1)
    with pytest.raises(NotFoundError, match="has not been evaluated") as caught:
        pair(road.store, 3, model.execution)
    assert f"signoff evaluate {model.execution} --on" in str(caught.value.hint)


def test_a_corrupted_prediction_table_stops_the_comparison_and_is_named(road: Road) -> None:
    digest = of_execution(road.store, 4).predictions
    path = road.store.artifacts.open(digest)
    overwrite(path, b"changed")
    with pytest.raises(CorruptArtifactError, match=digest[:12]):
        compare(road.store, pair(road.store, 3, 5))
    assert listing(road.store)[0].status == "failed"


def test_two_trainings_differ_in_their_seed_and_that_comes_first(road: Road) -> None:
    facts = differences(get(road.store, 3), get(road.store, 5))
    assert [(fact.what, fact.baseline, fact.candidate) for fact in facts if fact.differs] == [
        ("seed", "1", "2")
    ]
    assert facts[0].what == "seed"
    assert {"Parameters", "Data", "Code", "Environment"} == {fact.where for fact in facts}


def on_test(road: Road) -> Pair:
    data = unseal(road.store, road.snapshot)
    models = (road.baseline, road.candidate)
    return Pair(*(evaluate_unsealed(road.store, m, road.snapshot, data) for m in models))


def test_an_opened_split_is_compared_with_its_slices_and_kept(road: Road) -> None:
    chosen = on_test(road)
    attributes = attributes_of(unseal(road.store, road.snapshot))
    made = compare(road.store, chosen, attributes=attributes)
    summary, slices = summary_of(road.store, made), slices_of(road.store, made)
    assert (summary.kind, summary.posts) == ("paired", 24)
    assert slices is not None
    assert {"hour (UTC)", "title length"} <= set(slices["dimension"])
    before = listing(road.store)
    again = pair(road.store, chosen.baseline.execution, chosen.candidate.execution)
    assert again == chosen
    assert compare(road.store, again) == kept(road.store, again) == made
    assert compare(road.store, chosen, attributes=attributes) == made
    assert listing(road.store) == before


def test_other_code_does_not_ask_for_a_second_look(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = on_test(road)
    made = compare(road.store, chosen, attributes=attributes_of(unseal(road.store, road.snapshot)))
    monkeypatch.setattr(Step, "key", lambda *_: "0" * 64)
    assert compare(road.store, chosen) == made


@pytest.mark.parametrize("which", ["backwards", "with valid", "anew"])
def test_a_test_split_is_compared_by_its_opening_only(road: Road, which: str) -> None:
    chosen, valid = on_test(road), of_execution(road.store, 4)
    compare(road.store, chosen, attributes=attributes_of(unseal(road.store, road.snapshot)))
    asked = {
        "backwards": Pair(chosen.candidate, chosen.baseline),
        "with valid": Pair(valid, chosen.candidate),
        "anew": chosen,
    }[which]
    before = listing(road.store)
    with pytest.raises(RefusedError, match=r"only when it is opened.*: signoff compare [35] [35]"):
        compare(road.store, asked, force=which == "anew")
    assert listing(road.store) == before


def test_parameters_of_two_families_stand_with_their_family(road: Road) -> None:
    model = train(road.store, road.snapshot, model="linear", params={"epochs": "1"})
    facts = differences(get(road.store, 3), get(road.store, model.execution))
    told = {fact.what: (fact.baseline, fact.candidate) for fact in facts if fact.differs}
    assert told["model family"] == ("fasttext", "linear")
    assert told["fasttext: epochs (epoch)"] == ("5", "–")
    assert told["linear: epochs"] == ("–", "1")
    assert "fasttext: context window (ws)" not in told, "as by default"
