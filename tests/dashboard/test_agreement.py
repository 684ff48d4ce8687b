"""The section of Compare on both models over all history."""

from pathlib import Path

from core.drift import agree as agreeing
from core.drift.agreement_sentence import headline
from core.store import open_store
from tests.dashboard.conftest import Open
from tests.dashboard.reading import figures, names, plain_text_of
from tests.demo_workspace import PRODUCTION, WAITING
from tests.factories import fill, make_post

COMMAND = f"signoff agree {PRODUCTION} {WAITING}"


def test_before_it_was_asked_for_the_command_and_the_button_are_there(
    shown: Path, open_page: Open
) -> None:
    app = open_page("compare", history="true")
    assert "Not computed yet: both models are applied to every stored post" in plain_text_of(app)
    assert COMMAND in [each.value for each in app.code]
    assert not app.button(key="agree").disabled
    assert "Not computed yet" not in plain_text_of(open_page("compare"))


def test_pressed_it_is_computed_shown_and_said_to_be_old_once_posts_come(
    demo: Path, open_page: Open
) -> None:
    app = open_page("compare", history="true")
    app.button(key="agree").click().run()
    store = open_store(demo)
    chosen = agreeing.pair(store, PRODUCTION, WAITING)
    made = agreeing.newest(store, chosen)
    assert made is not None
    app = open_page("compare", history="true")
    said = plain_text_of(app)
    assert headline(agreeing.results(store, made)) in said
    assert f"Recorded as execution #{made.number}" in said
    assert COMMAND not in [each.value for each in app.code]
    assert ["all posts", "neither trained on"] in [names(figure) for figure in figures(app)]
    fill(store, [make_post(id="newest1")])
    app = open_page("compare", history="true")
    assert f"Execution #{made.number} found this. Posts or snapshots" in plain_text_of(app)
    assert COMMAND in [each.value for each in app.code]
