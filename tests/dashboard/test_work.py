"""Long work on pages: how far it is, who asked, how it ended; one however many tabs ask."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner_utils.exceptions import StopException
from streamlit.testing.v1 import AppTest

from core import jobs
from core.access import members
from core.access.identity import Role
from core.executions import listing
from core.jobs import starting
from core.jobs.reports import Reporter
from core.release import candidates, openings
from core.store import Store, open_store
from dashboard.pages import PAGES
from tests.dashboard.asking import Headers
from tests.dashboard.conftest import Open
from tests.dashboard.reading import button, label_of, plain_text_of, press
from tests.dashboard.test_release import OPEN, field, filled, signed_in
from tests.demo_workspace import FIRST, REJECTED, WAITING
from tests.factories import by
from tests.working import GONE, ended, newest, runs_here, runs_in, set_row, work_off

__all__ = ["signed_in"]
BESIDE = starting.start
"""What starts a process; tests of pages do the work themselves instead."""
CANCEL, FINISH = "Cancel the opening", OPEN.replace("Open the sealed", "Finish opening the")
PAIR = {"baseline": str(FIRST), "candidate": str(REJECTED)}
"""Two trainings of the demo that nobody has compared."""


@pytest.fixture
def store(demo: Path) -> Store:
    return open_store(demo)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for stays where it is."""
    monkeypatch.setattr(starting, "start", lambda _store: None)


def release(open_page: Open) -> AppTest:
    return open_page("release", candidate=str(WAITING))


def ask(open_page: Open) -> AppTest:
    app = release(open_page)
    field(app, "Why now?").set_value("Before the decision.")
    return press(app, OPEN)


def labels(app: AppTest) -> list[str]:
    return [label_of(found) for found in app.button]


@pytest.mark.usefixtures("waits")
def test_work_that_waits_is_shown_in_every_tab_and_asked_for_once(
    store: Store, open_page: Open
) -> None:
    for app in (ask(open_page), release(open_page)):
        said = plain_text_of(app)
        assert "Asked for by ada" in said
        assert "goes on if you reload or close this page" in said
        assert "Nothing has been opened yet. If you cancel now, nothing counts." in said
        assert "Next: wait for the result of its sealed test." in said
        assert OPEN not in labels(app)
        assert filled(app) == []
    assert newest(store).number == 1


@pytest.mark.usefixtures("waits")
def test_a_tab_that_was_drawn_before_somebody_asked_starts_nothing_more(
    store: Store, open_page: Open
) -> None:
    late = release(open_page)
    field(late, "Why now?").set_value("Me too.")
    ask(open_page)
    with by("carol"):
        asked = newest(store)
        jobs.ask(store, asked.kind, asked.inputs, page="Release")
    app = press(late, OPEN)
    said = plain_text_of(app)
    assert "Asked for by ada on " in said
    assert ", then by carol. It goes on if you reload" in said
    assert newest(store).number == 1


@pytest.mark.usefixtures("waits")
def test_how_far_it_is_and_how_long_it_will_take(store: Store, open_page: Open) -> None:
    ask(open_page)
    runs_here(store, newest(store))
    assert "Starting" in progress(release(open_page))
    Reporter(store, newest(store))("Predicting [x](y)", 450, 1000)
    said = progress(release(open_page))
    assert said.replace("\\", "").startswith("Predicting [x](y) · 45%")


@pytest.mark.usefixtures("waits")
def test_a_process_that_cannot_start_is_not_waited_for_in_silence(
    store: Store, open_page: Open
) -> None:
    ask(open_page)
    assert progress(release(open_page)) == "Starting …"
    set_row(store, newest(store), asked_at=datetime.now(UTC) - timedelta(minutes=2))
    assert "Not started yet" in progress(release(open_page))


def progress(app: AppTest) -> str:
    return str(app.get("progress")[0].proto.text)


@pytest.mark.usefixtures("waits")
def test_what_is_before_it_is_named(store: Store, open_page: Open) -> None:
    ask(open_page)
    app = open_page("compare", **PAIR)
    first = f"job 1: opening the sealed test of until-october for #{WAITING}, asked for by ada"
    assert progress(app).replace("\\", "") == f"Waiting for {first}"
    app = open_page("compare", baseline=str(FIRST), candidate=str(WAITING))
    assert progress(app).replace("\\", "") == f"Waiting for 2 jobs, first {first}"
    assert "The comparison has not started yet." in plain_text_of(app)


@pytest.mark.usefixtures("waits")
def test_cancelled_before_it_began_it_has_opened_nothing(store: Store, open_page: Open) -> None:
    app = press(ask(open_page), CANCEL)
    said = plain_text_of(app)
    assert "The test has no result: ada cancelled it on " in said
    assert filled(app) == [OPEN]
    assert "Used **0** of 10" in said
    assert jobs.get(store, 1).status == jobs.CANCELLED


@pytest.mark.usefixtures("waits")
def test_cancelling_what_runs_says_that_it_counts_and_by_whom_it_is_ended(
    store: Store, open_page: Open
) -> None:
    ask(open_page)
    runs_here(store, newest(store))
    cut_off(store)
    app = release(open_page)
    assert "counts, whether or not you cancel. It can be finished later" in plain_text_of(app)
    app = press(app, CANCEL)
    assert "Cancelled by ada: it ends in a moment." in plain_text_of(app)
    assert CANCEL not in labels(app)
    set_row(store, newest(store), process=GONE)
    app = release(open_page)
    assert "ada cancelled it" in plain_text_of(app)
    assert filled(app) == [FINISH]
    assert "Used **1** of 10" in plain_text_of(app)


def cut_off(store: Store) -> None:
    """As far as an opening is when its process dies."""
    with pytest.MonkeyPatch.context() as broken, by("ada"):
        broken.setattr(openings, "unseal", None)
        with pytest.raises(TypeError):
            openings.open_test(store, WAITING, reason="Before the decision.")


@pytest.mark.slow
@pytest.mark.usefixtures("waits")
def test_a_killed_process_is_said_and_the_test_can_be_finished(
    store: Store, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(open_page)
    cut_off(store)
    runs_in(store, newest(store), GONE)
    app = release(open_page)
    assert "Its process ended without a result: it was killed, or the machine" in plain_text_of(app)
    assert filled(app) == [FINISH]
    monkeypatch.setattr(starting, "start", work_off)
    app = press(app, FINISH)
    assert "has been tested on the sealed test" in app.success[0].value
    assert "Used **1** of 10" in plain_text_of(app)
    assert "ended without a result" not in plain_text_of(app)


def test_a_job_that_is_not_there_any_more_is_waited_for_no_longer(
    store: Store, open_page: Open
) -> None:
    """As after a backup was restored."""
    app = release(open_page)
    app.session_state["watched"] = {7: "Done."}
    app.run()
    assert not app.exception
    assert not app.error
    assert app.session_state["watched"] == {}


def test_what_goes_wrong_stays_on_the_page_with_its_way_out(
    demo: Path, store: Store, open_page: Open
) -> None:
    (demo / "seal.key").rename(demo / "elsewhere")
    app = ask(open_page)
    assert "seal.key" in plain_text_of(app)
    assert any("has no result" in error.value for error in release(open_page).error)
    assert filled(release(open_page)) == [FINISH]


@pytest.mark.usefixtures("waits")
def test_who_only_looks_sees_work_and_can_neither_start_nor_cancel_it(
    store: Store, open_page: Open, signed_in: Headers
) -> None:
    with by("ada"):
        members.grant(store, "ada@example.com", Role.REVIEWER)
    signed_in["X-Forwarded-Email"] = "ada@example.com"
    ask(open_page)
    signed_in["X-Forwarded-Email"] = "bob@example.com"
    app = release(open_page)
    assert "Asked for by ada@example.com" in plain_text_of(app)
    assert button(app, CANCEL).disabled
    assert "bob@example.com is a viewer" in plain_text_of(app)
    app = open_page("compare", **PAIR)
    assert "bob@example.com cannot compare two models" in plain_text_of(app)
    assert newest(store).number == 1


def test_a_pair_that_nobody_has_compared_is_compared_when_somebody_looks(
    store: Store, open_page: Open
) -> None:
    app = open_page("compare", **PAIR)
    assert "Two-sample comparison" in plain_text_of(app)
    made = listing(store, kinds=("compare",))[0]
    assert made.command == f"compare {FIRST} {REJECTED} (on the page Compare)"
    assert made.by == "ada"
    open_page("churn", **PAIR)
    assert newest(store).number == 1


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("view", ["compare", "subreddits", "churn"])
def test_a_comparison_that_was_cancelled_is_not_made_again_by_looking(
    store: Store, open_page: Open, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(open_page(view, **PAIR), "Cancel the comparison")
    app = open_page(view, **PAIR)
    assert f"#{FIRST} and #{REJECTED} have not been compared: ada cancelled it" in plain_text_of(
        app
    )
    assert newest(store).number == 1
    monkeypatch.setattr(starting, "start", work_off)
    press(app, "Compare them again")
    assert listing(store, kinds=("compare",))[0].inputs["candidate"]
    assert "have not been compared" not in plain_text_of(app)


@pytest.mark.slow
def test_no_page_records_how_its_server_was_started(store: Store, open_page: Open) -> None:
    """Looking at all pages, and asking all that they do."""
    before = len(listing(store))
    ask(open_page)
    for page in PAGES:
        open_page(page.url, **(PAIR if page.url in ("compare", "subreddits", "churn") else {}))
    made = listing(store)[: len(listing(store)) - before]
    assert {run.kind for run in made} == {"test", "evaluate", "compare"}
    assert all(run.command.endswith(")") and "(on the page " in run.command for run in made)


@pytest.mark.slow
def test_a_page_that_is_ended_midway_ends_nothing_of_its_work(
    store: Store, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Streamlit ends the script of a tab that was reloaded or closed: at its next call."""

    def stop(*_arguments: object, **_more: object) -> None:
        raise StopException

    with monkeypatch.context() as patched:
        patched.setattr(starting, "start", BESIDE)
        patched.setattr(st, "progress", stop)
        ask(open_page)
    assert ended(store, jobs.get(store, 1)).status == jobs.SUCCEEDED
    assert {run.status for run in listing(store, kinds=("test",))} == {"succeeded"}
    assert candidates.get(store, WAITING).result is not None
    assert "has already been tested" in plain_text_of(release(open_page))
