"""A canary out of its bounds is flagged, and stopped if the policy says so."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core import audit
from core.feedback.submissions import Sent, keep
from core.hints import Alarm
from core.release import aliases, candidates
from core.serving import servers, watch
from core.serving.model import Suggestion
from core.serving.servers import minute_of, register
from core.store import serving as table
from core.store.serving import Confidence, Count
from tests import decisions
from tests.commands import assert_refused, signoff
from tests.conftest import opened
from tests.core.serving.conftest import Served
from tests.factories import LENIENT, set_policy
from tests.workspaces import copied, once

POLICY = (
    LENIENT + "\n[canary]\nmax_error_rate = 0.05\nmax_p_at_1_drop = 0.1\nfewest_requests = 50\n"
)


@pytest.fixture
def served(trained: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """As elsewhere, under a policy that looks after 50 requests."""

    def make(made: Path) -> None:
        copied(trained, made)
        with opened(made) as road:
            set_policy(road.store, POLICY)
            decisions.released(road.store, 3)
            decisions.approved(road.store, 5)

    copied(once(tmp_path_factory, "watched", make), home)
    with opened(home) as road:
        old, new = (candidates.get(road.store, number).version for number in (3, 5))
        assert old is not None
        assert new is not None
        yield Served(road, old, new)


@pytest.fixture
def trying(served: Served) -> Served:
    """A canary is on."""
    served.canary(0.5)
    return served


def ask(served: Served, version: str, requests: int, errors: int) -> None:
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    registration = register(served.store, "http://127.0.0.1:1")
    registration.report({}, [], {(version, minute): Count(requests, errors)})


def send(served: Served, version: str, chances: Sequence[float], source: str = "api") -> None:
    sent = [
        Sent(
            title="x",
            body="",
            version=version,
            suggestions=[Suggestion("cats", chance)],
            source=source,
        )
        for chance in chances
    ]
    keep(served.store, sent)


def flags(served: Served) -> list[str]:
    found = watch.watched(served.store)
    assert found is not None
    return found.flags


def test_without_a_canary_there_is_nothing_to_watch(served: Served) -> None:
    assert watch.watched(served.store) is None
    assert watch.enforce(served.store) == []


def test_a_canary_that_errs_too_often_is_flagged(trying: Served) -> None:
    ask(trying, trying.new, 100, 30)
    (flag,) = flags(trying)
    assert f"{trying.new} could not answer 30 of 100 requests" in flag
    assert watch.enforce(trying.store) == [Alarm(flag)]
    on = aliases.canary(trying.store)
    assert on is not None  # the policy does not say that it should be stopped
    assert on.version == trying.new


@pytest.mark.parametrize(
    ("requests", "errors"),
    # too few; none; as allowed; perhaps bad luck; bad luck where one looks again and again
    [(49, 49), (100, 0), (100, 5), (60, 7), (100, 12)],
)
def test_what_may_be_bad_luck_is_not_flagged(trying: Served, requests: int, errors: int) -> None:
    ask(trying, trying.new, requests, errors)
    assert flags(trying) == []


def test_what_production_errs_is_not_the_canarys(trying: Served) -> None:
    ask(trying, trying.old, 100, 100)
    assert flags(trying) == []


def test_a_canary_that_is_much_less_sure_is_flagged(trying: Served) -> None:
    send(trying, trying.old, [0.7, 0.8] * 50)
    send(trying, trying.new, [0.4, 0.5] * 50)
    (flag,) = flags(trying)
    assert "0.450" in flag
    assert "0.750" in flag


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([0.7, 0.8] * 50, [0.65, 0.75] * 50),  # within the bound
        ([0.7, 0.8] * 20, [0.1, 0.2] * 20),  # too few
        ([0.4, 0.5] * 50, [0.7, 0.8] * 50),  # surer
        ([0.0, 1.0] * 30, [0.0, 0.7] * 30),  # perhaps bad luck
    ],
)
def test_a_canary_that_is_about_as_sure_is_not(
    trying: Served, old: list[float], new: list[float]
) -> None:
    send(trying, trying.old, old)
    send(trying, trying.new, new)
    assert flags(trying) == []


def test_only_what_came_since_it_began_counts(served: Served) -> None:
    send(served, served.new, [0.1] * 100)
    send(served, served.old, [0.9] * 100)
    served.canary(0.5)
    send(served, served.new, [0.2] * 100, source="shadow")
    assert flags(served) == []


def test_the_policy_may_have_it_stopped_by_the_server(trying: Served) -> None:
    # Approvals are void under another policy; ending a canary asks for none.
    set_policy(trying.store, f"{POLICY}stop = true\n")
    ask(trying, trying.new, 100, 60)
    assert watch.enforce(trying.store) == []
    assert aliases.canary(trying.store) is None
    event = aliases.history(trying.store, "canary")[0]
    assert event.by.startswith("server/")
    assert "could not answer 60 of 100 requests" in str(event)
    assert audit.verify(trying.store).broken is None
    assert watch.enforce(trying.store) == []
    assert watch.stopped(trying.store) == event


def test_a_canary_that_was_begun_anew_is_not_ended_on_old_evidence(
    trying: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_policy(trying.store, f"{POLICY}stop = true\n")
    ask(trying, trying.new, 100, 60)
    seen = watch.watched(trying.store)
    set_policy(trying.store, POLICY)  # under which it was approved
    trying.canary(0)
    trying.canary(0.5)
    monkeypatch.setattr(watch, "watched", lambda _: seen)
    assert watch.enforce(trying.store) == []
    on = aliases.canary(trying.store)
    assert on is not None
    assert (on.version, on.share) == (trying.new, 0.5)


def test_a_canary_that_a_person_ended_was_not_stopped(trying: Served) -> None:
    assert watch.stopped(trying.store) is None
    trying.canary(0)
    assert watch.stopped(trying.store) is None


def test_variances_are_those_of_the_sample(trying: Served) -> None:
    send(trying, trying.new, [0.2, 0.4])
    with trying.store.read() as session:
        on = aliases.canary(trying.store)
        assert on is not None
        found = table.confidence(session, trying.new, since=on.at, most=9)
        none = table.confidence(session, "20991231.1", since=on.at, most=9)
        newest = table.confidence(session, trying.new, since=on.at, most=1)
    assert (found.texts, none) == (2, Confidence())
    assert found.mean == pytest.approx(0.3)
    assert found.variance == pytest.approx(0.02)
    assert (newest.texts, newest.variance) == (1, 0.0)


def test_only_what_the_watch_can_still_read_is_kept(
    trying: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = aliases.canary(trying.store)
    assert on is not None
    began = minute_of(on.at)
    minutes = [began + n * timedelta(minutes=1) for n in (-1, 0, 3)]
    registration, told = register(trying.store, "http://127.0.0.1:1"), Count(1, 0)
    registration.report({}, [], {(v, at): told for v in (trying.old, trying.new) for at in minutes})

    def kept() -> dict[str, Count]:
        with trying.store.read() as session:
            return table.counts(session, since=minutes[0])

    assert kept() == {trying.old: Count(3, 0), trying.new: Count(3, 0)}  # they are young
    monkeypatch.setattr(servers, "_FORGOTTEN", timedelta(days=-1))
    registration.report({}, [], {})
    assert kept() == {trying.new: Count(2, 0)}
    trying.canary(0)
    registration.report({}, [], {})
    assert kept() == {}


def test_the_command_line_flags_it(trying: Served) -> None:
    ask(trying, trying.new, 100, 30)
    (line,) = signoff("alias", "list").err.splitlines()
    assert "could not answer 30 of 100 requests" in line
    assert line.endswith("5.0%.")
    listed = signoff("alias", "list", "--json").json["aliases"]
    (canary,) = [one for one in listed if one["name"] == "canary"]
    assert len(canary["flags"]) == 1


def test_a_canary_is_listed_with_its_share_and_as_ended(trying: Served) -> None:
    def listed() -> str:
        lines = signoff("alias", "list").out.splitlines()
        return next(line for line in lines if line.startswith("canary"))

    assert "50%" in listed()
    trying.canary(0)
    assert "it has ended" in listed()
    assert_refused(signoff("alias", "canary", trying.new, "--share", 0), "has ended")
