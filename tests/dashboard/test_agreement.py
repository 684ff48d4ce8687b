"""The section of Compare on both models over all history."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.drift import agree as agreeing
from core.drift.agreement_sentence import headline
from core.evaluation import workers
from core.executions import get
from core.store import open_store
from dashboard import data
from tests.core.drift.test_agree import agreement, rows
from tests.dashboard.conftest import Open
from tests.dashboard.reading import figures, names, plain_text_of
from tests.demo_workspace import PRODUCTION, WAITING

COMMAND = f"signoff agree {PRODUCTION} {WAITING}"
FOUND = agreement(
    rows(
        ("2023-05", "cats", True, 1000, 900),
        ("2023-05", "dogs", True, 1000, 800),
        ("2023-06", "cats", False, 1000, 600),
    )
)
TRACES = ["all posts", "neither trained on"]


def test_before_it_was_asked_for_the_command_and_the_button_are_there(
    shown: Path, open_page: Open
) -> None:
    app = open_page("compare", history="true")
    assert "Not computed yet: both models are applied to every stored post" in plain_text_of(app)
    assert COMMAND in [each.value for each in app.code]
    assert not app.button(key="agree").disabled


@pytest.mark.parametrize("current", [True, False])
def test_the_newest_result_is_shown_and_whether_it_is_current(
    shown: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch, current: bool
) -> None:
    store = open_store(shown)
    inputs = agreeing.inputs_of(store, agreeing.pair(store, PRODUCTION, WAITING))
    outputs = {agreeing.RESULTS: "d" * 64}
    made = replace(
        get(store, WAITING), outputs=outputs, inputs=inputs if current else {**inputs, "posts": 1}
    )
    monkeypatch.setattr(agreeing, "newest", lambda *_: made)
    monkeypatch.setattr(data, "agreement", lambda _: FOUND)
    app = open_page("compare", history="true")
    said = plain_text_of(app)
    assert headline(FOUND) in said
    assert "| r/dogs | 1,000 | 80.0% | 85.0% |" in said
    assert TRACES in [names(figure) for figure in figures(app)]
    assert (f"Recorded as execution #{WAITING}, " in said) == current
    assert ("Posts or snapshots have changed since." in said) != current
    assert (COMMAND in [each.value for each in app.code]) != current


@pytest.mark.slow
def test_pressed_it_is_computed_and_shown(
    demo: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    # That processes predict the same is tested with them; here, starting some takes 14 of 15 s.
    monkeypatch.setattr(workers, "SMALL", 1_000_000)
    app = open_page("compare", history="true")
    app.button(key="agree").click().run()
    store = open_store(demo)
    made = agreeing.newest(store, agreeing.pair(store, PRODUCTION, WAITING))
    assert made is not None
    said = plain_text_of(app)
    assert headline(agreeing.results(store, made)) in said
    assert f"Recorded as execution #{made.number}" in said
    assert TRACES in [names(figure) for figure in figures(app)]
