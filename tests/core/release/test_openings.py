"""Opening a sealed test: on the record first, once, and bound to its result."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import audit
from core.access import members
from core.access.identity import Actor, Role, Way, acting_as
from core.errors import (
    BrokenChainError,
    ConflictError,
    CorruptArtifactError,
    InputError,
    NotFoundError,
    RefusedError,
)
from core.evaluation.evaluate import evaluate, predictions
from core.evaluation.evaluate import of_execution as evaluation_of
from core.executions import listing as runs
from core.release import aliases, candidates, events, openings, review
from core.release.budget import Budget
from core.release.candidates import Candidate
from core.release.check import Check
from core.release.openings import open_test
from core.snapshots import create, find
from core.snapshots.rules import Rules
from core.store import Store, models
from core.training.adopt import adopt
from core.training.train import train
from tests.commands import race
from tests.conftest import Road
from tests.core.training.onnx_graphs import folder as onnx_folder
from tests.decisions import budget_of, check_of
from tests.factories import CAREFUL, QUICK, by, make_corpus, set_policy
from tests.tampering import tamper
from tests.workspaces import overwrite

TEST_POSTS = make_corpus()[-24:]
TEST_IDS = {post.id for post in TEST_POSTS}
MARKS = [word for post in TEST_POSTS for word in post.title.split() if word.startswith("mark")]


@pytest.fixture
def store(road: Road) -> Store:
    """Ada has proposed #3 and #5; nothing is in production, and a split judges 5 candidates."""
    set_policy(road.store, CAREFUL)
    for number in (3, 5):
        review.propose(road.store, number)
    return road.store


def release(store: Store, number: int) -> None:
    """Bob approves it and moves it all the way to production."""
    with by("bob"):
        version = str(review.approve(store, number, comment="fine").version)
        for alias in ("staging", "production"):
            aliases.move(store, alias, version, expected=aliases.current(store).get(alias))


def ledger(store: Store) -> list[tuple[int, str]]:
    """Candidate and state of each opening, in the order in which they were begun."""
    return [(each.row.candidate, each.state) for each in reversed(openings.listing(store))]


def budget(store: Store) -> Budget:
    return budget_of(store, "small")


def kinds(store: Store) -> list[str]:
    return [run.kind for run in reversed(runs(store)) if run.number > 6]


def shown(store: Store, number: int) -> Check:
    return check_of(store, number)


def result_of(found: Candidate) -> events.Tested:
    assert found.result is not None
    return found.result


def instead_of_reading(patch: pytest.MonkeyPatch, do: Callable[..., Any]) -> None:
    patch.setattr(openings, "unseal", do)


def cut_off(store: Store, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open its test, and lose the power before the split is read."""

    def fail(*_: object) -> None:
        raise OSError("the power went")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="the power went"):
        instead_of_reading(patch, fail)
        open_test(store, number, reason="it is time")


def test_an_opening_ends_with_its_result(store: Store) -> None:
    found = open_test(store, 5, reason=" it is time ")
    assert [event.kind for event in found.events] == ["proposed", "opened", "tested"]
    row, result = found.events[1:]
    assert (found.state, found.unfinished) == ("tested", None)
    assert (row.by, row.comment, row.baseline) == ("ada", "it is time", None)
    assert row.snapshot == result.snapshot == find(store, "small").digest
    assert (result.opening, result.verdict) == (row.id, shown(store, 5).verdict)
    judged = evaluation_of(store, result.evaluation or 0)
    assert (judged.split, judged.posts, judged.model_execution) == ("test", 24, 5)
    assert set(predictions(store, judged).post_id) == TEST_IDS
    assert kinds(store) == ["test", "evaluate"]
    run = openings.run_of(store, found)
    assert run is not None
    assert run.inputs["opening"] == row.id
    assert run.outputs["evidence"] == result.shown
    assert ledger(store) == [(5, "finished")]
    assert (budget(store).used, budget(store).left) == (1, 4)


def test_candidate_and_production_are_judged_on_it_together(store: Store) -> None:
    open_test(store, 3, reason="first")
    release(store, 3)
    found = open_test(store, 5, reason="next")
    result = result_of(found)
    assert (result.baseline, found.events[-2].baseline) == (3, 3)
    with store.read() as session:
        made = models.comparison(session, result.comparison or 0)
    assert made is not None
    sides = [evaluation_of(store, number) for number in (made.baseline, made.candidate)]
    assert [(side.model_execution, side.split) for side in sides] == [(3, "test"), (5, "test")]
    assert made.candidate == result.evaluation
    assert made.slices is not None  # all of the comparison, that by attributes of posts included
    assert kinds(store) == ["test", "evaluate", "test", "evaluate", "compare"]


def test_the_row_is_committed_before_the_split_is_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, seen = openings.unseal, []

    def look(*arguments: Any) -> Any:
        other = sqlite3.connect(store.home / "signoff.db")  # sees what is committed only
        seen.append(other.execute("SELECT kind FROM release_events ORDER BY id").fetchall())
        seen.append(
            other.execute("SELECT kind, status FROM executions WHERE number > 6").fetchall()
        )
        other.close()
        return read(*arguments)

    instead_of_reading(monkeypatch, look)
    open_test(store, 5, reason="it is time")
    assert seen == [[("proposed",), ("proposed",), ("opened",)], [("test", "running")]]


def test_before_the_opening_nothing_of_the_test_is_anywhere(store: Store) -> None:
    """Nothing that was predicted, compared, logged or recorded; imported posts are what they are.

    That no other module can decrypt the split is held by tests/core/snapshots/test_sealed.py.
    """
    connection = sqlite3.connect(store.home / "signoff.db")
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    rows = [
        str(connection.execute(f"SELECT * FROM {name}").fetchall())  # noqa: S608
        for (name,) in names
        if not name.startswith(("posts", "sqlite"))
    ]
    judged = connection.execute("SELECT execution, split FROM evaluations").fetchall()
    connection.close()
    assert {split for _, split in judged} == {"valid"}
    for number, _ in judged:
        assert not TEST_IDS & set(predictions(store, evaluation_of(store, number)).post_id)
    written = [path for path in store.home.rglob("*") if path.is_file()]
    texts = [path.read_bytes() for path in written if not path.name.startswith("signoff.db")]
    said = "".join(rows).encode() + b"".join(texts)
    assert not [word for word in [*TEST_IDS, *MARKS] if word.encode() in said]


def test_the_same_again_gives_the_stored_result_without_a_look(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_test(store, 5, reason="it is time")
    before = len(runs(store))
    instead_of_reading(monkeypatch, pytest.fail)
    with by("bob"):
        assert open_test(store, 5, reason="once more") == first
        assert open_test(store, 5, reason="", on="small") == first
    assert ledger(store) == [(5, "finished")]
    assert len(runs(store)) == before


def test_once_production_has_moved_a_test_is_a_new_opening_against_it(store: Store) -> None:
    before = open_test(store, 5, reason="first")
    open_test(store, 3, reason="other")
    release(store, 3)
    after = open_test(store, 5, reason="anew")
    assert ledger(store) == [(5, "finished"), (3, "finished"), (5, "finished")]
    assert [e.baseline for e in after.events if e.kind == "opened"] == [None, 3]
    assert result_of(after).id > result_of(before).id
    assert result_of(after).evaluation == result_of(before).evaluation  # predicted once
    assert result_of(after).shown == shown(store, 5).digest
    assert budget(store).used == 3


@pytest.mark.slow
def test_of_processes_that_open_at_once_one_row_and_one_result_come(store: Store) -> None:
    prepare = """
from core.errors import ConflictError
from core.release.openings import open_test
from core.settings import settings
from core.store import open_store
store = open_store(settings().home)"""
    act = """
try:
    print(open_test(store, 5, reason="it is time").state)
except ConflictError as error:
    print("told:", error.reason)"""
    said = race(prepare, act, processes=3)
    assert "tested" in said
    assert all(one == "tested" or "is opening" in one or "has just tested" in one for one in said)
    found = candidates.get(store, 5)
    assert [event.kind for event in found.events] == ["proposed", "opened", "tested"]
    assert audit.verify(store).broken is None


def test_who_finishes_the_same_opening_second_finds_it_ended(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However close two people come, an opening has one result."""
    read = openings.unseal

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.setattr(openings, "unseal", read)
        with by("bob"):
            open_test(store, 5, reason="me too")
        return read(*arguments)

    monkeypatch.setattr(openings, "running", lambda *_, **__: False)
    instead_of_reading(monkeypatch, meanwhile)
    found = open_test(store, 5, reason="it is time")
    assert [(e.kind, e.by) for e in found.events[1:]] == [("opened", "ada"), ("tested", "bob")]
    assert audit.verify(store).broken is None


def test_of_two_who_begin_at_once_the_second_leaves_it_to_the_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever begins between the question whether someone is at it and the own beginning."""
    asked, read, reads = openings.running, openings.unseal, []

    def blind_at_first(*arguments: Any, before: int | None = None) -> bool:
        return before is not None and asked(*arguments, before=before)

    def meanwhile(*arguments: Any) -> Any:
        reads.append(arguments)
        with (
            by("bob"),
            pytest.raises(ConflictError, match="ada is opening the sealed test"),
        ):
            open_test(store, 5, reason="me too")
        return read(*arguments)

    monkeypatch.setattr(openings, "running", blind_at_first)
    monkeypatch.setattr(openings, "unseal", meanwhile)
    open_test(store, 5, reason="it is time")
    assert len(reads) == 1
    assert ledger(store) == [(5, "finished")]


def test_while_it_is_being_opened_others_are_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, told = openings.unseal, []

    def meanwhile(*arguments: Any) -> Any:
        with by("bob"), pytest.raises(ConflictError) as caught:
            open_test(store, 5, reason="me too")
        told.append(caught.value.reason)
        with by("bob"), pytest.raises(ConflictError, match="is being opened, or was interrupted"):
            review.approve(store, 5, comment="fine")
        return read(*arguments)

    instead_of_reading(monkeypatch, meanwhile)
    open_test(store, 5, reason="it is time")
    assert told == ["ada is opening the sealed test of small for #5"]
    assert ledger(store) == [(5, "finished")]


def test_what_was_cut_off_counts_as_used_and_waits_for_its_candidate(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(store, 5, monkeypatch)
    found = candidates.get(store, 5)
    assert found.unfinished is not None
    assert (found.state, found.result, ledger(store)) == ("proposed", None, [(5, "unfinished")])
    assert budget(store).used == 1
    for decide in (review.approve, review.reject):
        with by("bob"), pytest.raises(ConflictError, match="was interrupted"):
            decide(store, 5, comment="sure")
    open_test(store, 3, reason="another may open meanwhile")
    assert ledger(store) == [(5, "unfinished"), (3, "finished")]
    with by("bob"):
        finished = open_test(store, 5, reason="")  # the reason was given
    assert [(e.kind, e.by) for e in finished.events[1:]] == [("opened", "ada"), ("tested", "bob")]
    assert ledger(store) == [(5, "finished"), (3, "finished")]
    assert budget(store).used == 2


def test_what_was_cut_off_is_finished_as_it_was_begun(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against the production of then; that it has moved since stands in the way of approving."""
    cut_off(store, 5, monkeypatch)
    open_test(store, 3, reason="other")
    release(store, 3)
    found = open_test(store, 5, reason="go on")
    assert (result_of(found).baseline, result_of(found).comparison) == (None, None)
    assert shown(store, 5).outdated is not None
    with (
        by("bob"),
        pytest.raises(RefusedError, match="has no comparison, but production is now #3"),
    ):
        review.approve(store, 5, comment="fine")
    assert result_of(open_test(store, 5, reason="against #3")).baseline == 3
    with by("bob"):
        assert review.approve(store, 5, comment="fine").state == "approved"


def test_with_an_unfinished_opening_no_other_split_is_opened(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(store, Rules(min_posts=5), name="other")
    cut_off(store, 5, monkeypatch)
    with pytest.raises(ConflictError, match="has an unfinished opening") as caught:
        open_test(store, 5, reason="elsewhere", on="other")
    assert f"--on {find(store, 'small').digest[:12]}" in str(caught.value.hint)
    assert ledger(store) == [(5, "unfinished")]


@pytest.fixture
def leaky(store: Store) -> int:
    """A candidate whose training holds posts of the test split of ``small``."""
    other, _ = create(store, Rules(fractions=(0.95, 0.03, 0.02)), name="leaky")
    number = train(store, other, model="fasttext", params=QUICK, threads=1).execution
    review.propose(store, number)
    return number


def test_who_has_seen_the_posts_gets_no_answer_and_is_not_charged(
    store: Store, leaky: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, used = len(runs(store)), budget(store).used
    with monkeypatch.context() as patch:
        patch.setattr(openings, "evaluate_unsealed", pytest.fail)
        with pytest.raises(RefusedError, match="it was trained on") as caught:
            open_test(store, leaky, reason="it is time", on="small")
    assert "--on SNAPSHOT" in str(caught.value.hint)
    found = candidates.get(store, leaky)
    assert [event.kind for event in found.events] == ["proposed", "opened", "refused"]
    assert (found.state, found.result, found.unfinished) == ("proposed", None, None)
    assert any(post.id in found.events[-1].comment for post in TEST_POSTS)  # examples, by id
    assert ledger(store) == [(leaky, "refused")]
    assert budget(store).used == used
    (run,) = runs(store)[: len(runs(store)) - before]
    assert (run.kind, run.status) == ("test", "failed")
    kept = json.dumps([run.metrics, run.outputs, run.error, found.events[-1].comment])
    assert not [word for word in MARKS if word in kept]
    with store.read() as session:
        assert not models.evaluations(session, model_executions=[leaky], split="test")
    assert audit.verify(store).broken is None


def test_the_result_is_bound_to_what_people_are_shown(store: Store) -> None:
    open_test(store, 3, reason="first")
    release(store, 3)
    result = result_of(open_test(store, 5, reason="next"))
    assert result.shown == shown(store, 5).digest


@pytest.mark.parametrize("what", ["predictions", "summary", "changes"])
def test_a_result_whose_files_were_tampered_with_is_not_shown(store: Store, what: str) -> None:
    open_test(store, 3, reason="first")
    release(store, 3)
    result = result_of(open_test(store, 5, reason="next"))
    judged = evaluation_of(store, result.evaluation or 0)
    with store.read() as session:
        made = models.comparison(session, result.comparison or 0)
    path = store.artifacts.open(getattr(judged if what == "predictions" else made, what))
    overwrite(path, b"better")
    with pytest.raises(CorruptArtifactError):
        if what == "predictions":
            predictions(store, judged)
        else:
            shown(store, 5)


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE evaluations SET predictions = subreddits WHERE split = 'test'",
        "UPDATE comparisons SET changes = 'f' || substr(changes, 2)",
        "UPDATE release_events SET evaluation = 6 WHERE kind = 'tested'",
        "UPDATE release_events SET verdict = 'pass', shown = NULL WHERE kind = 'tested'",
    ],
)
def test_a_result_that_was_exchanged_for_another_is_found(store: Store, script: str) -> None:
    open_test(store, 3, reason="first")
    release(store, 3)
    result = result_of(open_test(store, 5, reason="next"))
    tamper(store, script)
    found = audit.verify(store).broken
    try:
        differs = shown(store, 5).digest != result.shown
    except (BrokenChainError, CorruptArtifactError, NotFoundError):
        differs = True
    assert found is not None or differs


@pytest.mark.parametrize(
    ("reason", "said"),
    [("", "Give a reason"), ("\u200b\n", "Give a reason"), ("x" * 2_001, "2,001 characters")],
)
def test_a_reason_is_needed_before_anything_is_written(
    store: Store, reason: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        open_test(store, 5, reason=reason)
    assert (ledger(store), kinds(store)) == ([], [])


def test_what_cannot_be_opened_leaves_no_row(store: Store) -> None:
    with by("bob"):
        review.reject(store, 3, comment="no")
    for number, on, error, said in (
        (99, None, NotFoundError, "no execution #99"),
        (4, None, NotFoundError, "made no model"),
        (5, "autumn", NotFoundError, "no snapshot 'autumn'"),
        (3, None, ConflictError, "#3 was already rejected by bob"),
    ):
        with pytest.raises(error, match=said):
            open_test(store, number, reason="it is time", on=on)
    assert ledger(store) == []


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("epsilon = 0.02", "has 24 posts: too few to judge even one candidate within ±0.02"),
        ("epsilon = 0.3\ndelta = 0.4", "is spent: 1 uses of 1"),
    ],
)
def test_a_closed_split_is_not_opened(store: Store, rules: str, said: str) -> None:
    if "spent" in said:
        open_test(store, 3, reason="first")
    set_policy(store, f"[maximum_churn]\nshare = 1\n[test_budget]\n{rules}\n")
    before = ledger(store)
    with pytest.raises(RefusedError, match=said):
        open_test(store, 5, reason="it is time")
    assert ledger(store) == before


@pytest.mark.parametrize(
    ("days", "said"), [(-91, "is stale: it was frozen 91 days ago"), (2, "set back")]
)
def test_a_stale_split_and_one_of_the_future_are_not_opened(
    store: Store, days: int, said: str
) -> None:
    script = f"UPDATE snapshots SET created_at = datetime('now', '{days} days', '-1 minute')"  # noqa: S608
    tamper(store, script)
    with pytest.raises(RefusedError, match=said):
        open_test(store, 5, reason="it is time")
    assert ledger(store) == []


def test_a_spent_split_still_gives_its_stored_results(store: Store) -> None:
    first = open_test(store, 5, reason="it is time")
    set_policy(store, CAREFUL.replace("epsilon = 0.5", "epsilon = 0.02"))
    assert open_test(store, 5, reason="again") == first


def test_a_role_withdrawn_while_the_split_is_read_gives_no_result(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others may finish what was begun."""
    bob = Actor("bob@example.com", Way.SIGNED_IN)
    members.grant(store, bob.name, Role.REVIEWER)
    read = openings.unseal

    def meanwhile(*arguments: Any) -> Any:
        with by("root"):
            members.withdraw(store, bob.name)
        return read(*arguments)

    with monkeypatch.context() as patch, acting_as(bob):
        instead_of_reading(patch, meanwhile)
        with pytest.raises(RefusedError, match=r"bob@example\.com cannot"):
            open_test(store, 5, reason="it is time")
    assert ledger(store) == [(5, "unfinished")]
    assert runs(store)[0].status == "failed"
    with acting_as(bob), pytest.raises(RefusedError, match="cannot open a sealed test"):
        open_test(store, 5, reason="it is time")
    finished = open_test(store, 5, reason="")
    assert [(e.kind, e.by) for e in finished.events[1:]] == [
        ("opened", bob.name),
        ("tested", "ada"),
    ]
    assert audit.verify(store).broken is None


def test_a_clock_set_back_after_the_opening_leaves_its_age_unjudged(store: Store) -> None:
    open_test(store, 5, reason="it is time")
    tamper(store, "UPDATE release_events SET at = datetime(at, '+3 days') WHERE kind = 'opened'")
    gate = next(gate for gate in shown(store, 5).gates if gate.name == "test_opened")
    assert gate.verdict == "inconclusive"
    assert "The clock has been set back" in gate.why


def adopted(road: Road, folder: Path, trained_on: list[str] | None) -> int:
    """A proposed model that was made elsewhere."""
    model = adopt(road.store, onnx_folder(folder), road.snapshot, trained_on=trained_on)
    evaluate(road.store, model, road.snapshot)
    review.propose(road.store, model.execution)
    return model.execution


def test_a_model_made_elsewhere_is_judged_by_the_sealed_test_with_what_is_not_known_said(
    road: Road, store: Store, tmp_path: Path
) -> None:
    number = adopted(road, tmp_path / "made", None)
    open_test(store, number, reason="first")
    check = check_of(store, number)
    assert {gate.name: gate.verdict for gate in check.gates}["training_posts"] == "inconclusive"
    assert check.verdict != "pass"


def test_who_says_that_a_model_has_seen_test_posts_is_believed(
    road: Road, store: Store, tmp_path: Path
) -> None:
    number = adopted(road, tmp_path / "made", ["elsewhere", TEST_POSTS[3].id])
    with pytest.raises(RefusedError, match=f"trained on 1 post of the test.*{TEST_POSTS[3].id}"):
        open_test(store, number, reason="first")
    other = adopted(road, tmp_path / "made", ["elsewhere"])
    open_test(store, other, reason="second")
    assert "training_posts" not in {gate.name for gate in check_of(store, other).gates}
