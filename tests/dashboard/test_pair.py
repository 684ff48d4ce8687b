"""Which pair the pages of a comparison show, what their select boxes offer, and how runs are told
apart there.
"""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.executions.history import listing
from core.executions.purpose import NOISE
from core.release import aliases, identity, review
from core.release.events import STAGING
from core.store import Store, open_store
from tests.conftest import Road
from tests.dashboard import deciding
from tests.dashboard.conftest import Open
from tests.dashboard.reading import plain_text_of, tick
from tests.demo_workspace import FIRST, PRODUCTION, REJECTED, WAITING
from tests.factories import by

PAGES = ("compare", "subreddits", "churn")


@pytest.fixture
def store(demo: Path) -> Store:
    return open_store(demo)


def offered(app: AppTest) -> list[str]:
    return list(app.selectbox(key="candidate-choice").options)


@pytest.mark.parametrize("page", PAGES)
def test_the_candidate_in_hand_is_shown_against_production(
    shown: Path, open_page: Open, page: str
) -> None:
    store = open_store(shown)
    newest = identity.read(store).known[0]
    assert not newest.training.own, "the newest training of the demo is no retraining"
    app = open_page(page)
    assert app.selectbox(key="baseline-choice").value == str(PRODUCTION)
    assert app.selectbox(key="candidate-choice").value == str(WAITING)


def pair_and_state(app: AppTest) -> tuple[str, str, str]:
    """What Compare shows: baseline, candidate, and the state that the candidate is said to have."""
    candidate = app.selectbox(key="candidate-choice")
    title = next(o for o in candidate.options if o.startswith(f"#{candidate.value} "))
    named = [*title.split(" · "), ""]
    return app.selectbox(key="baseline-choice").value, candidate.value, named[2]


def test_the_pair_follows_the_candidate_on_its_way(store: Store, open_page: Open) -> None:
    """Proposed, tested, approved, in staging, as a canary, released, rolled back."""
    waiting, production = str(WAITING), str(PRODUCTION)

    def shows(state: str) -> bool:
        shown = pair_and_state(open_page("compare"))
        return shown == (production, waiting, state)

    assert shows("proposed")
    deciding.opened(store)
    assert shows("tested")
    version = deciding.approved(store)
    assert shows(f"approved {version}")
    aliases.move(store, STAGING, version, expected=aliases.current(store)[STAGING])
    assert shows(f"in staging {version}")
    aliases.set_canary(store, version, share=0.1)
    assert shows(f"canary {version}")
    aliases.move(store, "production", version, expected=aliases.current(store)["production"])
    assert shows(f"in production {version}")
    aliases.rollback(store, "production")
    aliases.set_canary(store, version, share=0)
    assert shows(f"was in production {version}")


def test_without_a_candidate_the_two_newest_trainings_are_shown(
    road: Road, open_page: Open
) -> None:
    assert pair_and_state(open_page("compare")) == ("3", "5", "")


def test_without_trainings_the_page_says_what_it_needs(home: Path, open_page: Open) -> None:
    open_store(home).engine.dispose()
    app = open_page("compare")
    assert "This page needs two evaluated trainings." in plain_text_of(app)
    assert app.code[0].value == "signoff train --snapshot SNAPSHOT"


def test_after_a_rejection_the_last_release_is_shown(store: Store, open_page: Open) -> None:
    with by("grace"):
        review.reject(store, WAITING, comment="No.")
    app = open_page("compare")
    assert app.selectbox(key="baseline-choice").value == str(FIRST)
    assert app.selectbox(key="candidate-choice").value == str(PRODUCTION)


def test_select_boxes_offer_what_people_asked_for(shown: Path, open_page: Open) -> None:
    names = offered(open_page("compare"))
    assert not any("retraining" in name for name in names)
    trainings = [name for name in names if " on " not in name]
    assert [int(name.split()[0][1:]) for name in trainings] == [
        WAITING, 18, REJECTED, PRODUCTION, FIRST,
    ]  # fmt: skip
    without_number = [name.partition(" · ")[2] for name in trainings]
    assert len(set(without_number)) == len(trainings)


def test_retrainings_are_offered_where_they_are_asked_for(shown: Path, open_page: Open) -> None:
    names = offered(open_page("compare", retrainings="true"))
    assert sum(f"retraining of #{WAITING}, seed 100" in name for name in names) == 3
    assert sum(f"retraining of #{PRODUCTION}, seed 100" in name for name in names) == 3


def test_a_link_to_a_retraining_works(shown: Path, open_page: Open) -> None:
    store = open_store(shown)
    known = identity.read(store).known
    retraining = next(k for k in known if k.training.execution.purpose == NOISE)
    app = open_page("compare", baseline=str(PRODUCTION), candidate=str(retraining.number))
    assert app.selectbox(key="candidate-choice").value == str(retraining.number)
    assert not app.warning or all("link" not in w.value for w in app.warning)


def test_executions_rank_nothing_within_the_noise_or_across_splits(
    shown: Path, open_page: Open
) -> None:
    said = plain_text_of(open_page("executions"))
    assert f"Best macro F1 within noise: **#{WAITING}** and its 3 retrainings, 0." in said
    assert (
        "on the validation split of until-october. 2 other trainings had other validation posts"
        in said
    )
    assert "highest" not in said


def test_executions_group_retrainings_under_what_started_them(shown: Path, open_page: Open) -> None:
    app = open_page("executions")
    trainings, steps = (table.value for table in app.dataframe)
    assert trainings["#"].tolist() == [WAITING, 18, REJECTED, PRODUCTION, FIRST]
    assert dict(zip(trainings["#"], trainings["Retrained"], strict=True))[WAITING] == 3
    assert trainings["State"].tolist()[0] == "proposed"
    assert (steps["Step"] == "noise +3 retrainings").sum() == 2
    everything = listing(open_store(shown))
    assert len(steps) < len(everything)
    app = open_page("executions", parts="true", retrainings="true")
    trainings, steps = (table.value for table in app.dataframe)
    assert f"of {len(everything)} steps" in plain_text_of(app)
    assert sum("retraining of" in name for name in trainings["Training"]) == 6


def test_trainings_are_searched(shown: Path, open_page: Open) -> None:
    found = open_page("executions", find="loss=softmax epoch>15").dataframe[0].value
    assert found["#"].tolist() == [18, PRODUCTION]
    app = open_page("executions", find="los=softmax")
    assert any("called 'los'" in plain_text_of(app) for _ in app.warning)
    assert "No training fits this search." in plain_text_of(open_page("executions", find="zzz"))


def test_order_and_columns_are_in_the_address(shown: Path, open_page: Open) -> None:
    table = open_page("executions", sort="epoch", columns="loss").dataframe[0].value
    assert table["#"].tolist() == [18, PRODUCTION, REJECTED, FIRST, WAITING]
    assert table["loss"].tolist()[:4] == ["softmax"] * 4


def test_ticks_are_in_the_address(shown: Path, open_page: Open) -> None:
    app = tick(open_page("executions"), 0, 1)
    assert app.query_params["ticked"] == "18"
    app = open_page("executions", ticked=f"{PRODUCTION},{WAITING},abc")
    assert any(b.label == f"Compare #{PRODUCTION} with #{WAITING}" for b in app.button)
    app.query_params["sort"] = "epoch"
    app.run()
    assert any(b.label == f"Compare #{PRODUCTION} with #{WAITING}" for b in app.button)


def test_a_short_title_cuts_neither_number_nor_version_nor_snapshot(shown: Path) -> None:
    for known in identity.read(open_store(shown)).known:
        short = known.short(40, besides="until-october")
        assert short.startswith(f"#{known.number} · ")
        assert short.endswith(f"{f' · {known.state}' if known.state else ''} · until-october")
        assert known.short(200) == known.title
    in_production = next(k for k in identity.read(open_store(shown)).known if k.version)
    assert len(in_production.short(60)) <= 60
    assert "…" in in_production.short(40)


def test_the_release_page_calls_candidates_as_compare_does(shown: Path, open_page: Open) -> None:
    app = open_page("release")
    box = app.selectbox(key="candidate-choice")
    assert box.value == str(WAITING)
    compared = {name.split()[0]: name for name in offered(open_page("compare"))}
    for title in box.options:
        number, called, *state = title.split(" · ")
        assert compared[number].startswith(f"{number} · {called[:12].rstrip('…')}")
        assert state == compared[number].split(" · ")[2:-1]
