"""The pages of executions: one in full with what is noted on it, and several side by side."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import audit
from core.evaluation.history import trainings
from core.executions.annotations import BASELINE, Annotations, annotate, read
from core.executions.history import listing
from core.jobs import kinds, latest
from core.jobs.kinds import PROPOSE
from core.release import candidates, identity
from core.store import Store, open_store
from dashboard import guard
from tests.dashboard.conftest import Open
from tests.dashboard.reading import (
    HOSTILE,
    button,
    figures,
    label_of,
    links,
    plain_text_of,
    press,
    text_of,
)
from tests.demo_workspace import FIRST, PRODUCTION, REJECTED, WAITING

TRIED = 18
"""A training of the demo that nobody has proposed."""


@pytest.fixture
def store(demo: Path) -> Store:
    return open_store(demo)


def cells(app: AppTest, table: int, row: str) -> list[str]:
    """The row of that name of a table of runs."""
    frame = app.dataframe[table].value.set_index(app.dataframe[table].value.columns[0])
    return [str(value) for value in frame.loc[row]]


def test_a_training_says_how_good_it_is_and_what_to_do_next(shown: Path, open_page: Open) -> None:
    app = open_page("execution", execution=str(TRIED))
    said = plain_text_of(app)
    assert app.title[0].value.replace("\\", "").startswith(f"Execution #{TRIED}: fasttext, softmax")
    assert "Trained on 8,516 posts of until-october: macro F1 0." in said
    assert "It was not proposed." in said
    assert button(app, f"Compare with production, #{PRODUCTION}")
    assert button(app, f"Propose #{TRIED} for release")
    (macro, *_) = app.metric
    low, high = (float(bound) for bound in macro.delta.split(" to "))
    assert low < float(macro.value) < high
    assert "learning rate (lr)" in said


def test_a_candidate_says_what_it_was_compared_with(shown: Path, open_page: Open) -> None:
    app = open_page("execution", execution=str(WAITING))
    said = plain_text_of(app)
    assert "Retrained 3 × with other seeds: 0." in said
    assert "It is **proposed**." in said
    assert (
        f"[#{PRODUCTION} → #{WAITING}](compare?baseline={PRODUCTION}&candidate={WAITING})" in said
    )
    assert "▲ better" in said
    assert links(app)["Where its release stands"] == f"candidate={WAITING}"
    assert not any("Propose" in label_of(each) for each in app.button)


def test_of_a_sealed_test_the_link_names_its_evaluations(shown: Path, open_page: Open) -> None:
    said = plain_text_of(open_page("execution", execution=str(PRODUCTION)))
    assert "until-september:test" in said
    tested = next(line for line in said.splitlines() if "until-september:test" in line)
    assert f"baseline={FIRST}&candidate={PRODUCTION}" not in tested


def test_digests_stand_folded_away_and_names_in_their_place(shown: Path, open_page: Open) -> None:
    app = open_page("execution", execution=str(WAITING))
    training = next(t for t in trainings(open_store(shown)) if t.number == WAITING)
    digest = training.snapshot.digest
    assert digest not in text_of(app)
    assert digest in [block.value for block in app.code]
    assert "| snapshot | until\\-october |" in text_of(app)


def test_other_steps_lead_on(shown: Path, open_page: Open) -> None:
    evaluation = next(t.evaluation for t in trainings(open_store(shown)) if t.number == WAITING)
    assert evaluation is not None
    app = open_page("execution", execution=str(evaluation.execution))
    assert f"execution={WAITING}" in links(app).values()
    assert "Calibration error" in plain_text_of(app)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("test", ("| test posts trained on | 0 |", "| candidate | #8 |")),
        ("noise", ("| evaluations | #",)),
        ("compare", ("| macro F1, candidate − baseline | ",)),
    ],
)
def test_what_a_step_read_and_counted_is_in_words(
    kind: str, says: tuple[str, ...], shown: Path, open_page: Open
) -> None:
    step = next(each for each in listing(open_store(shown)) if each.kind == kind)
    said = plain_text_of(open_page("execution", execution=str(step.number)))
    assert all(each in said for each in says)


def test_name_note_and_tags_are_changed_in_place(store: Store, open_page: Open) -> None:
    app = open_page("execution", execution=str(TRIED))
    before = audit.verify(store).events
    field(app, "Name").set_value("wide")
    field(app, "Note").set_value(HOSTILE)
    app.multiselect[0].set_value([BASELINE])
    press(app, "Save")
    assert read(store).of[TRIED] == Annotations(name="wide", note=HOSTILE, tags=(BASELINE,))
    assert audit.verify(store).events == before + 3
    assert "Saved." in " ".join(each.value for each in app.success)
    assert f"Execution #{TRIED}: wide" in app.title[0].value.replace("\\", "")
    assert "<script>" not in text_of(app)
    app.multiselect[0].set_value([])
    field(app, "Note").set_value("")
    press(app, "Save")
    assert read(store).of[TRIED] == Annotations(name="wide")


def field(app: AppTest, label: str) -> object:
    return next(each for each in app.text_input if each.label == label)


def test_who_may_not_annotate_is_told_so(
    shown: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_standing", False)
    app = open_page("execution", execution=str(TRIED))
    assert button(app, "Save").disabled
    assert button(app, f"Propose #{TRIED} for release").disabled


def test_a_training_is_proposed_from_its_page(store: Store, open_page: Open) -> None:
    app = press(open_page("execution", execution=str(TRIED)), f"Propose #{TRIED} for release")
    job = latest(store, PROPOSE, kinds.proposal(TRIED))
    assert job is not None
    assert job.status == "succeeded", job.error
    assert candidates.get(store, TRIED).proposal.by
    app.run()
    assert "It is **proposed**." in plain_text_of(app)


def test_the_pinned_baseline_is_what_pages_compare_with(store: Store, open_page: Open) -> None:
    annotate(store, REJECTED, add=[BASELINE])
    app = open_page("compare")
    assert app.selectbox(key="baseline-choice").value == str(REJECTED)
    assert app.selectbox(key="candidate-choice").value == str(WAITING)
    options = app.selectbox(key="baseline-choice").options
    assert options[0].startswith(f"#{REJECTED} ")
    assert " · baseline" in options[0]
    assert app.selectbox(key="candidate-choice").options[0].startswith(f"#{WAITING} ")
    found = open_page("executions", find="tag:baseline").dataframe[0].value
    assert found["#"].tolist() == [REJECTED]
    assert found["Tags"].tolist() == [BASELINE]


def test_three_ticked_runs_stand_side_by_side(shown: Path, open_page: Open) -> None:
    app = open_page("executions", ticked=f"{WAITING},{TRIED},{REJECTED}")
    assert button(app, "Compare 3 runs")
    app = open_page("runs", runs=f"{WAITING},{TRIED},{REJECTED}")
    assert f"Best macro F1 within noise: **#{WAITING}**" in plain_text_of(app)
    best, *others, noise = cells(app, 0, "Macro F1")
    assert best.startswith("▲ 0.")
    assert not any(other.startswith(("▲", "≈")) for other in others)
    assert noise.startswith("±0.")
    assert cells(app, 1, "model family") == ["linear", "fasttext", "fasttext"]
    assert cells(app, 1, "epochs (epoch)") == ["–", "20", "15"]
    assert "context window (ws)" not in app.dataframe[1].value["Parameter"].tolist()
    spots, lines = figures(app)
    assert [trace["name"] for trace in spots["data"]] == [
        "retraining with another seed",
        "best within noise",
        "others",
    ]
    assert len(spots["data"][0]["x"]) == 3
    assert len(lines["data"]) == 3


def test_retrainings_are_not_ranked_above_what_they_repeat(shown: Path, open_page: Open) -> None:
    known = identity.read(open_store(shown)).known
    numbers = [each.number for each in known if each.training.repeats == WAITING]
    app = open_page("runs", runs=",".join(map(str, [WAITING, *numbers])))
    marked = cells(app, 0, "Macro F1")[:-1]
    assert all(cell.startswith("≈ ") for cell in marked)
    assert cells(app, 1, "seed")[0] == "0"


def test_runs_on_different_posts_are_not_ranked(shown: Path, open_page: Open) -> None:
    app = open_page("runs", runs=f"{WAITING},{PRODUCTION},{FIRST}")
    assert "Not ranked" in plain_text_of(app)
    assert not any("▲" in cell or "≈" in cell for cell in cells(app, 0, "Macro F1"))


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ("", "names 0 trainings"),
        (f"{WAITING}", "names 1 training"),
        (f"{WAITING},{WAITING}", "names 1 training"),
        (f"{WAITING},99", "#99 is not a training"),
        (f"{WAITING},x", "'x' is not the number of an execution"),
        (",".join(map(str, range(1, 40))), "is not a training"),
    ],
)
def test_a_link_to_other_than_trainings_says_so(
    shown: Path, open_page: Open, runs: str, said: str
) -> None:
    assert said in plain_text_of(open_page("runs", runs=runs))
