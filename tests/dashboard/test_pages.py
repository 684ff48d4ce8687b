"""Every page on the demo, on an empty workspace, and with links that lead nowhere."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import dashboard
from core.executions import listing, record
from core.release import aliases, review
from core.reproduction.reproduce import KIND
from core.reproduction.results import Measured
from core.store import Store, open_store
from core.store.frames import put_record
from dashboard.pages import OVERVIEW, PAGES
from tests.conftest import Road
from tests.dashboard.conftest import Open
from tests.dashboard.deciding import approved
from tests.dashboard.reading import decoded, figures, plain_text_of, text_of
from tests.demo_workspace import FIRST, PRODUCTION, WAITING
from tests.factories import by, make_reproduction
from tests.unwritable import make_unwritable
from tests.workspaces import overwrite

VIEWS = tuple(page.url for page in PAGES if page.in_menu)


@pytest.fixture
def store(demo: Path) -> Store:
    return open_store(demo)


def test_every_file_of_a_page_is_in_the_list_of_pages() -> None:
    views = Path(dashboard.__file__).parent / "views"
    listed = [page.path for page in PAGES]
    assert sorted(listed) == sorted(f"views/{file.name}" for file in views.glob("[!_]*.py"))
    assert PAGES[0] is OVERVIEW  # it opens first


@pytest.mark.parametrize("view", VIEWS)
def test_each_page_asks_its_question_and_marks_generated_posts(
    shown: Path, open_page: Open, view: str
) -> None:
    app = open_page(view)
    assert app.title[0].value.endswith("?")
    assert "Generated posts" in text_of(app)
    assert not app.error


@pytest.mark.parametrize("view", VIEWS[:3])
def test_a_page_makes_no_workspace(home: Path, open_page: Open, view: str) -> None:
    app = open_page(view)
    assert "There is no workspace in" in app.error[0].value
    assert not home.exists()


@pytest.mark.parametrize("view", VIEWS)
def test_each_page_of_an_empty_workspace_tells_the_next_step(
    home: Path, open_page: Open, view: str
) -> None:
    open_store(home).engine.dispose()
    app = open_page(view)
    assert app.title[0].value.endswith("?")
    assert app.info
    assert not app.error
    if view in {"overview", "release", "ledger"}:
        assert "signoff import FOLDER" in [code.value for code in app.code]


@pytest.mark.parametrize("view", VIEWS)
def test_each_page_can_be_looked_at_where_nothing_can_be_written(
    demo: Path, open_page: Open, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_unwritable(monkeypatch)
    app = open_page(view)
    assert app.title[0].value.endswith("?")
    assert "Generated posts" in text_of(app)
    assert not app.error


def test_overview_names_what_waits_and_what_is_in_production(store: Store, open_page: Open) -> None:
    said = plain_text_of(open_page("overview"))
    assert f"1 candidate waits, **#{WAITING}**" in said
    assert "**Next: open its sealed test.**" in said
    assert aliases.current(store)["production"] in said


def test_overview_shows_what_is_approved_and_a_canary_until_it_is_released(
    store: Store, open_page: Open
) -> None:
    version = approved(store)
    assert f"Next: release {version} to staging." in plain_text_of(open_page("overview"))
    with by("rel"):
        aliases.move(store, "staging", version, expected=aliases.current(store)["staging"])
        aliases.set_canary(store, version, share=0.25)
    app = open_page("overview")
    assert "25% of callers" in app.info[0].value
    assert f"Next: release {version} to production." in plain_text_of(app)
    with by("rel"):
        aliases.move(store, "production", version, expected=aliases.current(store)["production"])
    assert "every candidate has been decided" in text_of(open_page("overview"))


def test_compare_shows_production_against_the_waiting_candidate_by_default(
    store: Store, open_page: Open
) -> None:
    app = open_page("compare")
    assert app.query_params["candidate"] == str(WAITING)
    assert "95% interval" in text_of(app)
    assert {m.label for m in app.metric} >= {"Macro F1", "Accuracy", "Mean p@1"}
    assert any("subreddits that both models know" in c.value for c in app.caption)


def test_compare_follows_its_link(store: Store, open_page: Open) -> None:
    app = open_page("compare", baseline=str(FIRST), candidate=str(PRODUCTION))
    assert f"#{PRODUCTION}" in text_of(app)
    assert app.selectbox(key="baseline-choice").value == str(FIRST)


def test_a_link_to_an_unknown_execution_says_so_and_shows_the_rest(
    shown: Path, open_page: Open
) -> None:
    app = open_page("compare", baseline="99999")
    assert any("99999" in warning.value for warning in app.warning)
    assert app.metric


def test_the_same_execution_on_both_sides_is_explained(store: Store, open_page: Open) -> None:
    number = str(WAITING)
    app = open_page("compare", baseline=number, candidate=number)
    assert "same training" in app.info[0].value


def test_the_figure_of_changes_counts_every_shared_subreddit(shown: Path, open_page: Open) -> None:
    app = open_page("compare")
    reading = next(c.value for c in app.caption if "show no change" in c.value)
    shared = int(reading.split(" of ")[1].split(" ")[0])
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    bars = [trace["y"] for trace in figure["data"] if trace["type"] == "bar"]
    assert figure["layout"]["xaxis"]["title"]["text"] == "change in F1"
    assert sum(sum(decoded(y)) for y in bars) == shared


def test_subreddits_puts_what_is_called_on_top_the_largest_change_first(
    shown: Path, open_page: Open
) -> None:
    app = open_page("subreddits")
    table = app.dataframe[0].value
    order = ["▼ worse", "▲ better"]
    kinds = [order.index(each) if each in order else 2 for each in table["Verdict"]]
    assert kinds == sorted(kinds)
    for kind in set(kinds):
        sizes = table["Change"][[each == kind for each in kinds]].dropna().abs()
        assert sizes.is_monotonic_decreasing


def test_subreddits_filters_by_name_and_kind(shown: Path, open_page: Open) -> None:
    app = open_page("subreddits", search="polit")
    assert set(app.dataframe[0].value["Subreddit"]) == {
        "r/geopolitics",
        "r/politics",
        "r/PoliticalDiscussion",
    }
    app = open_page("subreddits", show="new")
    assert set(app.dataframe[0].value["Verdict"]) == {"new"}
    app = open_page("subreddits", search="nosuchthing")
    assert "No subreddit matches" in app.info[0].value


def test_one_subreddit_in_full_shows_its_posts_and_confusions(shown: Path, open_page: Open) -> None:
    app = open_page("subreddits", subreddit="politics")
    posts = app.dataframe[1].value
    assert set(posts["Change"]) <= {"▲ fixed", "▼ broken", "⇄ swapped", "= same"}
    assert posts["Title"].str.len().min() > 0
    assert "Confused with" in text_of(app)


def test_one_execution_in_full_with_what_came_of_running_it_again(
    store: Store, open_page: Open
) -> None:
    moved = Measured(name="accuracy", then=0.5, now=0.625, noise=0.25)
    found = replace(make_reproduction(moved, now="b"), of=WAITING)
    with record(store, KIND, params={}, inputs={"reproduced": WAITING}) as run:
        run.outputs = {"reproduction": put_record(store.artifacts, found)}
    said = plain_text_of(open_page("execution", execution=str(WAITING)))
    assert "linear" in said
    assert "succeeded" in said
    answer = "1 figure differs, accuracy by +0.125 (noise ±0.250); all within the noise"
    assert f"was reproduced on {datetime.now(UTC):%Y-%m-%d} by #{run.number}: {answer}" in said
    assert "+0.125" in plain_text_of(open_page("execution", execution=str(run.number)))


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("99999", "no execution"),
        ("x", "not the number of an execution"),
        ("²", "not the number of an execution"),
        ("9" * 23, "not the number of an execution"),
    ],
)
def test_a_link_to_no_execution_is_explained(
    shown: Path, open_page: Open, number: str, says: str
) -> None:
    assert says in open_page("execution", execution=number).error[0].value


def test_a_damaged_artifact_is_named_and_other_pages_live(store: Store, open_page: Open) -> None:
    with store.read() as session:
        from core.store import models

        evaluation = models.evaluations(session, model_executions=[FIRST])[-1]
    path = store.artifacts.root / evaluation.predictions[:2] / evaluation.predictions
    overwrite(path, b"damaged")
    app = open_page("compare", baseline=str(FIRST), candidate=str(WAITING))
    assert evaluation.predictions[:12] in app.error[0].value
    assert not open_page("overview").error


def test_a_hostile_link_is_shown_as_text(shown: Path, open_page: Open) -> None:
    app = open_page("compare", baseline="![x](https://e.example/a.png)")
    assert "![x](" not in app.warning[0].value


def test_a_tick_is_forgotten_when_other_rows_are_shown(shown: Path, open_page: Open) -> None:
    app = open_page("subreddits")
    before = app.dataframe[0].proto.id
    app.text_input(key="search").set_value("polit")
    app.run()
    assert app.dataframe[0].proto.id != before


def test_an_exposed_dashboard_compares_nothing_new(store: Store, open_page: Open) -> None:
    from streamlit import config

    config.set_option("server.address", "0.0.0.0")  # noqa: S104 - this is what must be refused
    try:
        executions = len(listing(store))
        app = open_page("compare", baseline=str(FIRST), candidate=str(WAITING))
        assert "You are not signed in" in app.error[0].value
        assert not open_page("compare").error
        assert len(listing(store)) == executions
    finally:
        config.set_option("server.address", "127.0.0.1")


def test_the_trend_ends_at_what_is_in_production_now(store: Store, open_page: Open) -> None:
    versions = [event.version for event in reversed(aliases.history(store, "production"))]
    assert named_moves(open_page("overview")) == versions
    with by("rel"):
        aliases.rollback(store, "production")
    app = open_page("overview")
    assert named_moves(app) == [*versions, f"↩ {versions[0]}"]
    replaced, new = (decoded(trace["y"]) for trace in figures(app)[0]["data"][1:3])
    assert replaced[-1] == new[-2] != new[-1] == replaced[0]  # the same two, the other way round


def named_moves(app: AppTest) -> list[str]:
    """The versions at the axis of the first figure of the history."""
    return [name.split("<br>")[0] for name in figures(app)[0]["layout"]["xaxis"]["ticktext"]]


def test_the_history_of_production_says_who_and_why(store: Store, open_page: Open) -> None:
    with by("rel"):
        aliases.rollback(store, "production", comment="r/politics complains.")
    for page in ("overview", "release", "ledger"):
        said = plain_text_of(open_page(page))
        table = said[said.index("| When (UTC) | From → to | Who | Why |") :].splitlines()
        assert "↩" in table[2]
        assert "| rel | r/politics complains. |" in table[2]
        assert "| demo reviewer | Nothing stood against it in staging. |" in table[3]


def test_overview_says_whether_the_candidate_is_better(shown: Path, open_page: Open) -> None:
    said = plain_text_of(open_page("overview"))
    assert f"On validation: **#{WAITING}** is better than **#{PRODUCTION}**: macro F1 +" in said


def test_overview_shows_trainings_with_their_results(shown: Path, open_page: Open) -> None:
    said = plain_text_of(open_page("overview"))
    rows = said[said.index("| Training | State") :].splitlines()[2:7]
    assert [row.split("#")[1].split()[0] for row in rows] == ["20", "18", "14", "8", "4"]
    assert "| proposed | 0." in rows[0]
    assert "retraining of #" not in said


def test_advice_follows_the_state_where_nothing_is_in_production(
    road: Road, open_page: Open
) -> None:
    for view in ("overview", "release"):
        app = open_page(view)
        assert "Propose a training, such as the newest:" in app.info[0].value
        assert app.code[0].value == "signoff release propose 5"
    with by("ada"):
        review.propose(road.store, 5)
    app = open_page("overview")
    assert "Next for \\#5: test it on a newer split, or reject it." in app.info[0].value
    assert app.code[0].value.startswith("signoff release test 5")


@pytest.mark.parametrize(
    ("bring", "says"),
    [
        (lambda _: None, f"**Candidate #{WAITING}**, proposed by demo author"),
        (approved, f"**Candidate #{WAITING}**, approved; proposed by demo author"),
    ],
)
def test_overview_says_once_that_it_is_proposed(
    store: Store, open_page: Open, bring: Callable[[Store], object], says: str
) -> None:
    bring(store)
    assert says in plain_text_of(open_page("overview"))
