"""A candidate is judged against production on validation, before anything is decided."""

from collections.abc import Callable

import orjson
import pytest

from core.comparison.compare import changes_of, summary_of
from core.errors import NotFoundError
from core.evaluation.evaluate import of_execution as evaluation_of
from core.executions.history import listing
from core.metrics import METRICS
from core.release.candidates import Candidate, get
from core.release.check import Check, check, own_intervals
from core.release.gate import Gate, GateVerdict
from core.release.policy import DEFAULT, FILE, REVIEW
from core.release.review import approve, propose, reject
from core.release.standing import Standing, standing
from core.store import Store
from tests.commands import signoff
from tests.conftest import Road
from tests.decisions import check_of, released
from tests.factories import by, set_policy

ALONE = "[reviewed_by_someone_else]\nteam_of_one = true\n"
STRICT = "[minimum_metric]\np_at_1_mean = 1\n"
LENIENT = "[minimum_metric]\nf1_macro = 0\n[maximum_churn]\nshare = 1\n"


@pytest.fixture
def production(road: Road) -> Store:
    """#3 is in production."""
    set_policy(road.store)
    released(road.store, 3)
    set_policy(road.store, DEFAULT)
    return road.store


def gate(found: Check, name: str) -> Gate:
    return next(gate for gate in found.gates if gate.name == name)


def test_a_candidate_is_compared_with_production_on_validation(production: Store) -> None:
    found = check(production, 5)
    assert found.comparison is not None
    assert (found.comparison.baseline, found.comparison.candidate) == (4, 6)
    assert (found.evaluation.execution, found.evaluation.split) == (6, "valid")
    summary = summary_of(production, found.comparison)
    macro, churned = gate(found, "non_inferiority"), gate(found, "maximum_churn")
    assert macro.value == summary.metrics["f1_macro"].difference
    assert summary.churn is not None
    assert churned.value == summary.churn.changed / 24
    assert gate(found, "maximum_p_at_1_distance.ks").value == summary.p_at_1.ks
    ece = gate(found, "maximum_calibration_error")
    assert ece.interval == summary.metrics["ece"].interval_candidate
    assert ece.value == evaluation_of(production, 6).metrics["ece"]


def test_what_was_compared_before_is_not_compared_again(production: Store) -> None:
    first = check(production, 5)
    runs = len(listing(production))
    assert check(production, 5) == first
    assert len(listing(production)) == runs


def test_checking_opens_nothing_and_decides_nothing(production: Store) -> None:
    found = check(production, 5)
    assert gate(found, "test_opened").verdict == GateVerdict.INCONCLUSIVE
    assert gate(found, REVIEW).why == "It has not been proposed yet."
    assert found.verdict != GateVerdict.PASS
    with pytest.raises(NotFoundError, match="no candidate #5"):
        get(production, 5)


def test_small_subreddits_judge_no_large_one(production: Store) -> None:
    found = check(production, 5)
    assert found.comparison is not None
    assert changes_of(production, found.comparison)["support"].max() < 50
    assert gate(found, "no_large_subreddit_down").verdict == GateVerdict.INCONCLUSIVE


Decide = Callable[..., Candidate]
OTHERS = ALONE.replace("true", "false")


@pytest.mark.parametrize(
    ("decide", "reviewer", "policy", "verdict"),
    [
        (approve, "bob", OTHERS, GateVerdict.PASS),
        (approve, "ada", ALONE, GateVerdict.PASS),
        (reject, "bob", OTHERS, GateVerdict.PASS),
        (reject, "ada", OTHERS, GateVerdict.FAIL),
        (reject, "ada", ALONE, GateVerdict.PASS),
    ],
)
def test_who_proposed_and_who_decided_are_told_apart(
    production: Store, decide: Decide, reviewer: str, policy: str, verdict: GateVerdict
) -> None:
    set_policy(production, LENIENT + policy)
    propose(production, 5)
    assert gate(check(production, 5), REVIEW).verdict == GateVerdict.INCONCLUSIVE
    with by(reviewer):
        decide(production, 5, comment="sure")
    found = check(production, 5)
    assert gate(found, REVIEW).verdict == verdict
    assert (found.verdict, found.failed) == (GateVerdict.PASS, ())  # it is no evidence of the model


def test_without_a_production_the_candidate_is_judged_by_itself(road: Road) -> None:
    set_policy(road.store, LENIENT + "[minimum_label_coverage]\nshare = 1\n")
    found = check(road.store, 5)
    assert found.comparison is None
    assert gate(found, "minimum_metric.f1_macro").verdict == GateVerdict.PASS
    assert gate(found, "minimum_metric.f1_macro").interval is not None
    assert gate(found, "minimum_label_coverage").verdict == GateVerdict.PASS
    churn = gate(found, "maximum_churn")
    assert churn.why == "Not applicable: there is no version in production to compare with."
    assert standing(churn) == Standing.NOT_APPLICABLE
    assert found.verdict == churn.verdict == GateVerdict.INCONCLUSIVE
    assert "Gates: – 1 not applicable, ✓ 2 pass." in signoff("release", "check", 5).out


def test_production_itself_has_no_other_to_compare_with(production: Store) -> None:
    found = check(production, 3)
    assert found.comparison is None
    assert "Not applicable: this version is in production" in gate(found, "non_inferiority").why


def test_a_candidates_own_intervals_are_those_of_its_comparison(production: Store) -> None:
    found = check(production, 5)
    assert found.comparison is not None
    metrics = summary_of(production, found.comparison).metrics
    own = own_intervals(production, found.evaluation)
    assert set(own) == {name for name in metrics if metrics[name].interval_candidate}
    for name, interval in own.items():
        assert interval == pytest.approx(metrics[name].interval_candidate)


def test_every_metric_that_a_policy_may_name_can_be_judged(production: Store) -> None:
    keys = [metric.key for metric in METRICS if metric.gateable]
    set_policy(production, "[minimum_metric]\n" + "".join(f"{key} = 0\n" for key in keys))
    for candidate in (3, 5):  # one by itself, one by its comparison
        gates = check(production, candidate).gates
        assert len(gates) == len(keys)
        for key, answer in zip(keys, gates, strict=True):
            assert answer.interval is not None
            kept = answer.interval[0] >= 0  # a correlation may reach below
            assert (answer.verdict == GateVerdict.PASS) == kept, key


def test_the_policy_in_force_goes_with_the_answer(production: Store) -> None:
    before = check(production, 5).policy
    digest = set_policy(production, STRICT)
    after = check(production, 5).policy
    assert (after.source, after.digest, after.adopted_by) == (FILE, digest, "policy reviewer")
    assert after.digest != before.digest


def test_what_made_no_model_cannot_be_checked(road: Road) -> None:
    for number in (4, 99):
        with pytest.raises(NotFoundError, match=f"#{number}"):
            check(road.store, number)


def test_a_proposal_is_judged_by_the_comparison_it_was_made_with(production: Store) -> None:
    proposed = propose(production, 5)
    runs = len(listing(production))
    found = check_of(production, proposed.number)
    assert found == check(production, 5)
    assert len(listing(production)) == runs


def test_a_proposal_without_a_comparison_is_judged_by_its_own_evaluation(
    production: Store,
) -> None:
    found = check_of(production, 3)
    assert (found.evaluation.execution, found.comparison, found.outdated) == (4, None, None)


def test_the_command_says_each_gate_and_why(production: Store) -> None:
    set_policy(production, LENIENT)
    said = signoff("release", "check", 5)
    assert (said.code, said.err) == (0, "")
    assert "#5 on 24 validation posts, against production: comparison #" in said.out
    assert "Gates: ✓ 2 pass. Policy: release-policy.toml, " in said.out
    assert "✓ pass            maximum_churn: The share of posts" in said.out


@pytest.mark.parametrize(
    ("policy", "verdict", "code"),
    [
        (LENIENT, "pass", 0),
        (STRICT + "f1_weighted = 0\n", "fail", 3),
        (LENIENT + ALONE, "pass", 0),
        (LENIENT + "[test_opened]\nmax_age_days = 90\n", "inconclusive", 0),
    ],
)
def test_a_failed_gate_and_only_that_is_exit_code_3(
    production: Store, policy: str, verdict: str, code: int
) -> None:
    digest = set_policy(production, policy)
    told = signoff("release", "check", 5, "--json")
    said = orjson.loads(told.out)
    assert (told.code, told.err, said["verdict"]) == (code, "", verdict)
    assert (said["policy"]["source"], said["policy"]["digest"]) == (FILE, digest)
    assert (said["policy"]["adopted_by"], said["policy"]["draft"]) == ("policy reviewer", None)
    assert (said["candidate"], said["posts"]) == (5, 24)
    compared = signoff("executions", "show", said["execution"], "--json").json
    assert (compared["kind"], compared["inputs"]["candidate"]) == ("compare", said["evaluation"])
    for each in said["gates"]:
        assert list(each) == ["name", "verdict", "value", "interval", "limit", "why", "standing"]
    assert signoff("release", "check", 5).code == code


def test_a_file_that_is_no_policy_changes_no_judgement_and_is_told(production: Store) -> None:
    propose(production, 5)
    before = check_of(production, 5)
    (production.home / FILE).write_text("[maximum_churn]\nshare = 40\n")
    assert check_of(production, 5) == before
    for command in ("check", "show"):
        said = signoff("release", command, 5).out
        assert "is not in force, and cannot be adopted as it is" in said
        assert "release-policy.toml, line 2: maximum_churn.share takes a number from 0 to 1" in said


def test_show_has_the_gates_of_the_proposal(production: Store) -> None:
    set_policy(production, LENIENT)
    propose(production, 5)
    said = signoff("release", "show", 5, "--json").json
    assert [each["name"] for each in said["gates"]] == ["minimum_metric.f1_macro", "maximum_churn"]
    assert said["verdict"] == "pass"
    assert "✓ pass            maximum_churn" in signoff("release", "show", 5).out
