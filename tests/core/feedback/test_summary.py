"""What users' texts and answers say of a version."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from core.access.identity import NOBODY, acting_as
from core.errors import InputError, NotFoundError, RefusedError
from core.evaluation.evaluate import of_execution as evaluation_of
from core.evaluation.evaluate import summary_of
from core.feedback import summary
from core.feedback.submissions import answer
from core.feedback.summary import Added, Share, VersionFeedback, add_to_collector, demand, over_time
from core.serving.model import Suggestion
from core.stats.calibration import expected_calibration_error
from core.store import Store, collection
from core.store.releases import Version
from tests.conftest import Road
from tests.core.feedback.conftest import Send
from tests.tampering import tamper

MONDAY = datetime(2026, 10, 5, 12, tzinfo=UTC)


def found(store: Store) -> VersionFeedback:
    (only,) = summary.by_version(store, summary.count(store))
    return only


def suggested(p: float, *names: str) -> list[Suggestion]:
    return [
        Suggestion(name, p) for name in names or ("cats", "dogs", "rust", "jazz", "tea", "wine")
    ]


def test_nothing_was_sent(road: Road, version: str) -> None:
    counted = summary.count(road.store)
    assert summary.by_version(road.store, counted) == []
    assert over_time(counted) == []


def test_acceptance_is_of_those_who_answered(road: Road, send: Send) -> None:
    for said in ("cats", "CATS", "dogs", "tea", "wine", "none", None):
        answer(road.store, send(suggestions=suggested(0.5)), said)
    send()
    one = found(road.store)
    assert (one.texts, one.answered) == (8, 7)
    # The sixth suggestion is none of the first five.
    assert (one.first, one.five) == (Share(2, 7), Share(4, 7))
    assert one.first.value == pytest.approx(2 / 7)
    low, high = one.first.interval or (0.0, 0.0)
    assert low < 2 / 7 < high


def test_among_five_is_of_those_who_got_five(road: Road, send: Send) -> None:
    tamper(road.store, "UPDATE models SET subreddits = 9")
    for names, said in (
        (("cats",), "cats"),
        (("cats", "dogs", "rust", "jazz"), "dogs"),
        (("cats", "dogs", "rust", "jazz", "tea"), "tea"),
        ((), "tea"),
    ):
        answer(road.store, send(suggestions=suggested(0.5, *names) if names else []), said)
    assert (found(road.store).first, found(road.store).five) == (Share(1, 4), Share(1, 1))
    (week,) = over_time(summary.count(road.store))
    assert (week.answered, week.five) == (4, Share(1, 1))


def test_where_fewer_are_known_all_of_them_are_as_good_as_five(road: Road, send: Send) -> None:
    tamper(road.store, "UPDATE models SET subreddits = 2")
    for names, said in ((("cats",), "cats"), (("cats", "dogs"), "dogs"), (("cats", "dogs"), None)):
        answer(road.store, send(suggestions=suggested(0.5, *names)), said)
    assert found(road.store).five == Share(1, 2)


def test_the_latest_word_counts_once(road: Road, send: Send) -> None:
    sent = send(suggestions=suggested(0.5))
    for said in (None, "dogs", "cats"):
        answer(road.store, sent, said)
    assert found(road.store).first == Share(1, 1)


def test_a_share_of_nothing_is_none() -> None:
    assert (Share(0, 0).value, Share(0, 0).interval) == (None, None)


def test_p_at_1_is_laid_against_the_posts_that_the_version_was_judged_on(
    road: Road, send: Send
) -> None:
    ps = [0.05, 0.2, 0.2, 0.99, 1.0]
    for p in ps:
        send(suggestions=suggested(p))
    one = found(road.store)
    assert one.p_mean == pytest.approx(np.mean(ps))
    assert one.p_posts == np.histogram(ps, bins=50, range=(0, 1))[0].tolist()
    assert one.against is not None
    judged = evaluation_of(road.store, 4)
    assert (one.against.evaluation, one.against.split) == (4, "valid")
    assert one.against.mean == judged.metrics["p_at_1_mean"]
    posts = summary_of(road.store, judged).p_at_1_histogram.posts
    assert one.against.posts == list(posts)
    assert 0 < one.against.wasserstein <= one.against.ks <= 1


def test_shadows_have_a_p_at_1_and_nothing_else(road: Road, send: Send) -> None:
    first = send(suggestions=suggested(0.5))
    send(suggestions=suggested(0.7), source="shadow", twin=first)
    one = found(road.store)
    assert (one.texts, one.shadows, sum(one.p_posts)) == (1, 1, 2)
    assert sum(span.texts for span in over_time(summary.count(road.store))) == 1


def test_calibration_is_of_answered_texts(road: Road, send: Send) -> None:
    for p, said in ((0.95, "cats"), (0.95, "dogs"), (0.1, None), (0.5, "")):
        sent = send(suggestions=suggested(p))
        if said != "":
            answer(road.store, sent, said)
    one = found(road.store)
    assert one.reliability.posts.tolist() == [0, 1, *[0] * 12, 2]
    assert one.reliability.mean_p[[1, 14]] == pytest.approx([0.1, 0.95])
    assert one.reliability.accuracy[[1, 14]] == pytest.approx([0.0, 0.5])
    assert one.calibration_error == pytest.approx((0.1 + 2 * 0.45) / 3)
    assert one.calibration_error == expected_calibration_error(one.reliability)


def test_without_any_answer_or_suggestion_there_are_no_figures(road: Road, send: Send) -> None:
    send(suggestions=[])
    one = found(road.store)
    assert (one.texts, one.p_mean, one.against, one.calibration_error) == (1, None, None, None)


def test_answers_to_nothing_suggested_say_nothing_of_calibration(road: Road, send: Send) -> None:
    answer(road.store, send(suggestions=[]), "cats")
    one = found(road.store)
    assert (one.answered, one.first, one.calibration_error) == (1, Share(0, 1), None)


def test_weeks_begin_on_monday(road: Road, send: Send) -> None:
    for days, said in ((0, "cats"), (6, None), (7, "cats"), (7, "dogs")):
        sent = send(suggestions=suggested(0.5), at=MONDAY + timedelta(days=days))
        answer(road.store, sent, said)
    counted = summary.count(road.store)
    weeks = [(one.begins, one.texts, one.first) for one in over_time(counted)]
    assert weeks == [(date(2026, 10, 5), 2, Share(1, 2)), (date(2026, 10, 12), 2, Share(1, 2))]
    assert [one.begins.day for one in over_time(counted, period="day")] == [5, 11, 12]
    with pytest.raises(InputError, match="not a period"):
        over_time(counted, period="year")


def test_demand_is_what_users_name_and_the_model_cannot(road: Road, send: Send) -> None:
    store = road.store
    for said in ("DevelEire", "develeire", "tea", "Ceramics", "PYTHON", "cats", None):
        answer(store, send(suggestions=suggested(0.5, "cats", "tea")), said)
    version = Version(version="any", candidate=3, created_at=MONDAY)
    wanted = demand(store, version)
    # The model knows python, though it did not suggest it; tea was suggested.
    assert [(one.subreddit.lower(), one.texts, one.listed) for one in wanted] == [
        ("develeire", 2, False),
        ("ceramics", 1, False),
    ]
    assert add_to_collector(store, "r/Ceramics") == Added("Ceramics", new=True)
    assert add_to_collector(store, "ceramics") == Added("ceramics", new=False)
    assert [one.listed for one in demand(store, version)] == [False, True]
    with store.read() as session:
        assert "Ceramics" in {target.name for target in collection.targets(session)}


def test_a_wanted_subreddit_is_called_as_it_was_written_last(road: Road, send: Send) -> None:
    for said in ("develeire", "zzz", "DevelEire"):
        answer(road.store, send(suggestions=suggested(0.5)), said)
    version = Version(version="any", candidate=3, created_at=MONDAY)
    assert [one.subreddit for one in demand(road.store, version)] == ["DevelEire", "zzz"]


def test_only_reviewers_choose_what_is_collected(road: Road) -> None:
    with acting_as(NOBODY), pytest.raises(RefusedError):
        add_to_collector(road.store, "dogs")
    for no_name in ("two words", "a", "a.b", "_cats", "c" * 23, "r/"):
        with pytest.raises(InputError):
            add_to_collector(road.store, no_name)
    with pytest.raises(NotFoundError):
        demand(road.store, Version(version="any", candidate=99, created_at=MONDAY))
