"""A policy takes effect by an act, by two people where four eyes are asked for."""

import hashlib
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import audit
from core.access.identity import Actor, Way, acting_as
from core.access.names import same_person
from core.audit import chain
from core.audit.lines import lines
from core.errors import (
    BrokenChainError,
    ConflictError,
    InputError,
    NotFoundError,
    RefusedError,
    SignoffError,
    StorageError,
)
from core.release import openings
from core.release.adoption import (
    MOST,
    adopt,
    built_in,
    draft,
    in_force,
    init_policy,
    policy_of,
    read_policy,
)
from core.release.check import check
from core.release.comments import MAX_COMMENT
from core.release.history import ALL_EVENTS
from core.release.policy import BUILT_IN, DEFAULT, FILE, Limit, parse
from core.release.policy_draft import Change, changes, last_changes, pending
from core.release.policy_events import POLICY_EVENTS, Adopted, Asked
from core.release.review import propose
from core.store import Store
from core.store import audit as audit_table
from tests.conftest import Road
from tests.factories import CAREFUL, LENIENT, by, set_policy
from tests.tampering import tamper

OURS = "# ours\r\n[maximum_churn]\r\nshare = 0.25\r\n[release]\nstaging_first = false\n"


def write(store: Store, text: str) -> str:
    (store.home / FILE).write_bytes(text.encode())
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def proposed(road: Road) -> Store:
    """Something was proposed under the built-in policy: from now on, it takes two."""
    with by("ada"):
        propose(road.store, 3)
    return road.store


def test_the_file_means_nothing_until_it_is_adopted(store: Store) -> None:
    digest = write(store, OURS)
    assert read_policy(store) == built_in()
    adopted = adopt(store, comment=" Stricter. ")
    assert isinstance(adopted, Adopted)
    assert (adopted.by, adopted.comment, adopted.asked_by) == ("ada", "Stricter.", None)
    policy = read_policy(store)
    assert (policy.source, policy.digest) == (FILE, digest)
    assert (policy.adopted_by, policy.adopted_at) == ("ada", adopted.at)
    assert policy.limits == (Limit("maximum_churn", "share", 0.25),)
    (store.home / FILE).unlink()
    assert read_policy(store) == policy


def test_what_is_in_force_is_not_adopted_again(store: Store) -> None:
    write(store, DEFAULT)
    assert adopt(store) is None
    write(store, OURS)
    adopt(store)
    assert adopt(store) is None
    assert audit.verify(store).events == 1


def test_where_something_was_proposed_it_takes_two(proposed: Store) -> None:
    digest = write(proposed, OURS)
    with by("ada"):
        asked = adopt(proposed, comment="Less churn.")
        assert isinstance(asked, Asked)
        assert read_policy(proposed).source == BUILT_IN
        for name in ("ada", "Ada", "ａda"):
            with by(name), pytest.raises(RefusedError, match="ada asked for this policy"):
                adopt(proposed)
    with by("bob"):
        adopted = adopt(proposed)
    assert isinstance(adopted, Adopted)
    assert (adopted.by, adopted.asked_by, adopted.digest) == ("bob", "ada", digest)
    assert read_policy(proposed).digest == digest
    assert audit.verify(proposed).broken is None


def test_what_was_asked_for_is_over_once_another_policy_was_adopted(proposed: Store) -> None:
    write(proposed, OURS)
    with by("ada"):
        adopt(proposed)
    set_policy(proposed, CAREFUL)
    write(proposed, OURS)
    with by("bob"):
        assert isinstance(adopt(proposed), Asked)


def test_with_a_team_of_one_in_force_one_is_enough(proposed: Store) -> None:
    set_policy(proposed, CAREFUL.replace("false", "true"))
    write(proposed, OURS)
    adopted = adopt(proposed)
    assert isinstance(adopted, Adopted)
    assert adopted.asked_by is None


def test_without_a_gate_for_four_eyes_one_is_enough(proposed: Store) -> None:
    set_policy(proposed, LENIENT)
    write(proposed, OURS)
    assert isinstance(adopt(proposed), Adopted)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("[maximum_chrun]\nshare = 1\n", InputError, "line 1: there is no gate"),
        ("[release]\nstaging_first = false\n", InputError, "has no gates"),
        (f"{DEFAULT}#{'x' * MOST}", InputError, "longer than 64 KiB"),
    ],
)
def test_what_is_no_policy_is_not_adopted(
    store: Store, text: str, error: type[Exception], said: str
) -> None:
    write(store, text)
    with pytest.raises(error, match=said):
        adopt(store)
    found = pending(store)
    assert found is not None
    assert found.wrong is not None
    assert said in found.wrong
    assert audit.verify(store).events == 0


def test_another_text_than_was_looked_at_is_not_adopted(store: Store) -> None:
    seen = write(store, OURS)
    write(store, LENIENT)
    with pytest.raises(ConflictError, match="was changed since you looked"):
        adopt(store, seen=seen)
    assert read_policy(store).source == BUILT_IN


def test_without_a_file_nothing_is_adopted(store: Store) -> None:
    with pytest.raises(NotFoundError, match=f"no file .*{FILE}.*release policy --init"):
        adopt(store)
    assert pending(store) is None


def test_a_comment_has_an_end(store: Store) -> None:
    write(store, OURS)
    with pytest.raises(InputError, match="characters long"):
        adopt(store, comment="x" * (MAX_COMMENT + 1))


def test_a_file_that_cannot_be_read_is_told(store: Store) -> None:
    (store.home / FILE).mkdir()
    with pytest.raises(StorageError, match=FILE):
        draft(store.home)
    found = pending(store)
    assert found is not None
    assert FILE in str(found.wrong)


def test_a_reviewer_adopts_nothing(store: Store) -> None:
    write(store, OURS)
    stranger = Actor("eve", Way.SIGNED_IN)
    with acting_as(stranger), pytest.raises(RefusedError, match="needs the releaser role"):
        adopt(store)


def test_the_text_and_who_asked_stand_in_the_audit_log(proposed: Store) -> None:
    before = built_in().recorded
    digest = set_policy(proposed, OURS)
    with proposed.read() as session:
        asked, adopted = [chain.read(each) for each in audit_table.entries(session)[-2:]]
    assert (asked.kind, asked.before, asked.after) == ("asked", before, before)
    assert (adopted.kind, adopted.before, adopted.after) == ("adopted", before, digest)
    assert (adopted.details["text"], adopted.details["asked_by"]) == (OURS, "policy author")
    sentence = lines(proposed, ALL_EVENTS, {})[0].sentence
    assert sentence == (
        f"policy reviewer adopted the release policy {digest[:12]}, as policy author had asked"
    )


def test_a_decision_says_by_which_policy_it_was_judged(proposed: Store) -> None:
    assert check(proposed, 3).policy.recorded == f"built-in:{built_in().digest}"
    digest = set_policy(proposed, OURS)
    assert check(proposed, 3).policy.recorded == digest


def test_a_policy_adopted_while_a_test_runs_leaves_it_to_be_finished(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = road.store
    set_policy(store, CAREFUL.replace("false", "true"))
    propose(store, 3)
    judged = openings.judge_by
    again = CAREFUL.replace("share = 1", "share = 0.9")

    def judge_and_change(*words: object, **more: object) -> object:
        found = judged(*words, **more)  # type: ignore[arg-type]
        set_policy(store, again)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(openings, "judge_by", judge_and_change)
        with pytest.raises(ConflictError, match="Another release policy was adopted"):
            openings.open_test(store, 3, reason="it is time")
    tested = openings.open_test(store, 3, reason="")
    assert tested.result is not None
    assert tested.result.policy == read_policy(store).recorded
    assert audit.verify(store).broken is None


def test_the_file_begins_with_what_is_in_force(store: Store) -> None:
    init_policy(store)
    assert (store.home / FILE).read_text() == DEFAULT
    write(store, OURS)
    adopt(store)
    (store.home / FILE).unlink()
    assert init_policy(store).read_bytes() == OURS.encode()
    with pytest.raises(RefusedError, match="already exists"):
        init_policy(store)


def test_the_differences_are_told_gate_by_gate(store: Store) -> None:
    assert last_changes(store) == ()
    write(store, OURS)
    found = pending(store)
    assert found is not None
    assert Change("maximum_churn.share", 0.4, 0.25) in found.changes
    assert Change("release.staging_first", before=True, after=False) in found.changes
    assert Change("non_inferiority.margin", 0.01, None) in found.changes
    assert "maximum_churn.share: 0.4 → 0.25" in map(str, found.changes)
    assert "non_inferiority.margin: 0.01 → off" in map(str, found.changes)
    assert "release.staging_first: true → false" in map(str, found.changes)
    adopt(store)
    assert pending(store) is None
    assert last_changes(store) == found.changes
    write(store, OURS + "# a remark\n")
    found = pending(store)
    assert found is not None
    assert found.changes == ()


values = st.dictionaries(
    st.sampled_from(["accuracy", "f1_macro", "recall_at_3"]), st.floats(0, 1), min_size=1
)


@given(values, values)
def test_changes_lead_from_one_policy_to_the_other(
    one: dict[str, float], other: dict[str, float]
) -> None:
    before, after = (
        parse("\n".join(["[minimum_metric]", *(f"{k} = {v!r}" for k, v in each.items())]).encode())
        for each in (one, other)
    )
    settings = before.settings
    for change in changes(before, after):
        assert settings.get(change.setting) == change.before != change.after
        settings[change.setting] = change.after  # type: ignore[assignment]
    kept = {name: value for name, value in settings.items() if value is not None}
    assert kept == after.settings


def test_rows_of_policies_are_guarded_and_kept_as_they_were_written(store: Store) -> None:
    set_policy(store)
    with store.read() as session:
        assert "policy_events" not in store.database.unguarded(session)
        assert in_force(session).source == FILE
        assert POLICY_EVENTS.read(session)[0].text == LENIENT


TEXTS = [OURS, CAREFUL, LENIENT, CAREFUL.replace("false", "true"), "no policy"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["ada", "Ada", "bob", "cy"]), st.sampled_from(TEXTS)), max_size=8
    )
)
def test_whatever_people_do_four_eyes_have_seen_what_takes_effect(
    proposed: Store, acts: list[tuple[str, str]]
) -> None:
    for name, text in acts:
        write(proposed, text)
        with by(name), suppress(SignoffError):
            adopt(proposed)
    now, asked = built_in(), None
    with proposed.read() as session:
        events = POLICY_EVENTS.read(session)
    for event in events:
        if isinstance(event, Asked):
            asked = event
            continue
        assert isinstance(event, Adopted)
        if now.four_eyes:
            assert asked is not None
            assert (asked.digest, asked.by) == (event.digest, event.asked_by)
            assert not same_person(asked.by, event.by)
        now, asked = policy_of(event), None
    assert read_policy(proposed).digest == now.digest
    assert audit.verify(proposed).broken is None


FORGED = """
    INSERT INTO policy_events (at, by, kind, text, digest, comment)
    VALUES ('2026-12-01 00:00:00.000000', 'eve', 'adopted', '{text}', '{digest}', '')
"""


@pytest.mark.parametrize("adopted", [True, False])
def test_a_policy_that_only_the_table_has_judges_nothing(road: Road, *, adopted: bool) -> None:
    if adopted:
        set_policy(road.store, CAREFUL)
    digest = hashlib.sha256(LENIENT.encode()).hexdigest()
    tamper(road.store, FORGED.format(text=LENIENT, digest=digest))
    with pytest.raises(BrokenChainError, match="not the one that the audit log says"):
        check(road.store, 3)


def test_a_policy_that_was_taken_out_of_the_table_is_missed(road: Road) -> None:
    set_policy(road.store, CAREFUL)
    tamper(road.store, "DELETE FROM policy_events")
    with pytest.raises(BrokenChainError, match="not the one that the audit log says"):
        check(road.store, 3)


def test_only_the_built_in_policy_of_a_known_version_counts_as_built_in() -> None:
    assert built_in().digest in chain.BUILT_IN_DIGESTS
    assert chain._is_in_force(built_in().recorded, None)
    assert not chain._is_in_force(f"built-in:{'0' * 64}", None)
    assert not chain._is_in_force("built-in:", None)
