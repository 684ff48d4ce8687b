"""What Try it asks, compares and keeps."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.feedback import submissions as feedback
from core.feedback import summary
from core.release import aliases
from core.serving.model import Suggestion
from core.store import Store, open_store
from dashboard.parts.suggestions import Asked, agreement, beside, probability
from tests.dashboard.asking import Headers
from tests.dashboard.conftest import APP, SECONDS, Open
from tests.dashboard.deciding import approved
from tests.dashboard.reading import HOSTILE, button, plain, plain_text_of, press, text_of
from tests.factories import by


@pytest.fixture
def store(demo: Path) -> Store:
    return open_store(demo)


def write(app: AppTest, title: str) -> AppTest:
    app.text_input[0].set_value(title)
    return press(app, "Suggest subreddits")


def bars(app: AppTest) -> list[str]:
    return [bar.proto.text for bar in app.get("progress")]


def versions(store: Store) -> tuple[str, str]:
    """What is in production, and the version before."""
    production = aliases.current(store)["production"]
    return production, next(v.version for v in aliases.versions(store) if v.version != production)


def asked(*names: str, version: str = "20260101.1") -> Asked:
    found = [Suggestion(name, 0.5) for name in names]
    return Asked(title="t", version=version, suggestions=found, submission=None)


def test_it_suggests_and_keeps_the_answer(store: Store, open_page: Open) -> None:
    before = feedback.counts(store)
    app = write(open_page("try_it"), "My sourdough starter died")
    assert len([b for b in app.button if b.label == "This one"]) == 5
    press(app, "This one")
    assert "Thank you" in app.success[0].value
    now = feedback.counts(store)
    assert now.submissions == before.submissions + 1
    assert now.answered == before.answered + 1
    assert sum(summary.count(store).tried.values()) == 1  # marked as a reviewer's
    assert "they count in no figure of users" in text_of(app)


def test_an_answer_may_be_changed_once(store: Store, open_page: Open) -> None:
    app = write(open_page("try_it"), "My sourdough starter died")
    press(app, "This one")
    assert "change it once" in app.success[0].value
    press(app, "This one")
    assert "change it" not in app.success[0].value
    assert all(b.disabled for b in app.button if b.label in ("This one", "Your answer"))
    assert all(b.label != "None of these" for b in app.button)


def test_a_caller_gets_the_canary_each_time_or_never(store: Store, open_page: Open) -> None:
    version = approved(store)
    with by("rel"):
        aliases.move(store, "staging", version, expected=aliases.current(store)["staging"])
        aliases.set_canary(store, version, share=0.5)
    for caller in ("a", "b", "c", "d"):
        served = aliases.version_for(store, caller)
        assert served is not None
        app = AppTest.from_file(str(APP), default_timeout=SECONDS)
        app.session_state["caller"] = caller
        said = text_of(app.run().switch_page("views/try_it.py").run())
        assert f"Version **{served.version}** answers" in said
        assert ("the canary that 50% of the callers get" in said) == (served.version == version)


def test_without_text_it_says_what_is_missing(demo: Path, open_page: Open) -> None:
    app = press(open_page("try_it"), "Suggest subreddits")
    assert "Write a title" in app.error[0].value
    assert not app.run().error  # it is said once
    assert "Write a title" in write(app, "\u200b").error[0].value


def test_a_text_that_is_too_long_says_how_long_it_may_be(store: Store, open_page: Open) -> None:
    before = feedback.counts(store)
    app = write(open_page("try_it"), "a" * (feedback.MAX_TITLE + 1))
    assert "A title has up to 300 characters" in app.error[0].value
    assert feedback.counts(store) == before


def test_another_version_than_callers_get_is_asked_and_nothing_is_kept(
    store: Store, open_page: Open
) -> None:
    production, other = versions(store)
    before = feedback.counts(store)
    app = write(open_page("try_it", version=other), "My sourdough starter died")
    assert f"Your text is not kept: as a caller you would get {production}." in text_of(app)
    assert len(bars(app)) == 5
    assert all(b.label != "This one" for b in app.button)
    assert feedback.counts(store) == before


def test_two_versions_are_compared_and_only_what_callers_get_is_kept(
    store: Store, open_page: Open
) -> None:
    production, other = versions(store)
    before = feedback.counts(store).submissions
    app = write(open_page("try_it", version=other, against=production), "My sourdough died")
    first, second = [plain(heading.value) for heading in app.header]
    assert (first, second.split(" · ")[:2]) == (other, [production, "production"])
    assert len(bars(app)) == 10
    assert all("◆" in bar or "⇅" in bar or "=" in bar for bar in bars(app))
    assert "appear in both" in text_of(app)
    assert f"That is for {production}" in text_of(app)
    assert feedback.counts(store).submissions == before + 1
    app.selectbox(key="against-choice").set_value(None).run()
    assert "against" not in app.query_params
    assert len(bars(app)) == 5
    assert feedback.counts(store).submissions == before + 1  # looking again is not sending again


def test_a_version_that_is_chosen_later_is_asked_the_same_text(
    store: Store, open_page: Open
) -> None:
    _, other = versions(store)
    app = write(open_page("try_it"), "My sourdough starter died")
    before = feedback.counts(store)
    app.selectbox(key="against-choice").set_value(other).run()
    assert len(bars(app)) == 10
    assert feedback.counts(store) == before


def test_a_link_to_no_version_is_explained(demo: Path, open_page: Open) -> None:
    app = open_page("try_it", version="![x](https://e.example)")
    assert "which is not here" in app.warning[0].value
    assert "![x](" not in app.warning[0].value


def test_who_has_not_signed_in_reads_why_the_button_is_off(
    demo: Path, headers: Headers, open_page: Open
) -> None:
    headers["Host"] = "signoff.example.com"
    app = open_page("try_it")
    assert button(app, "Suggest subreddits").disabled
    assert "You are not signed in, so nothing is stored" in plain_text_of(app)


def test_hostile_titles_and_answers_are_shown_as_text(demo: Path, open_page: Open) -> None:
    app = write(open_page("try_it"), HOSTILE)
    assert not app.error
    assert "<script>" not in text_of(app)
    app.text_input[2].set_value(HOSTILE)
    press(app, "None of these")
    assert "is not the name of a subreddit" in plain_text_of(app)
    for markup in ("<script>", "[x](", ":material/home:"):
        assert markup not in app.error[0].value


def test_what_differs_between_two_versions_is_said_in_signs_and_words() -> None:
    ours, theirs = asked("a", "b", "c"), asked("A", "c", "d", version="20260101.2")
    assert beside(ours, theirs) == ["= same place", "◆ only here", "⇅ number 2 there"]
    assert (
        agreement(ours, theirs) == "Both predict **r/a** first; 2 of 3 suggestions appear in both."
    )
    said = agreement(asked("x*", "b"), theirs)
    assert said.startswith(
        "They differ: 20260101\\.1 predicts **r/x\\*** first, 20260101\\.2 **r/A**"
    )


def test_next_to_certain_is_not_certain() -> None:
    said = [probability(Suggestion("a", p)) for p in (0.0004, 0.594, 0.9994, 1.0)]
    assert said == ["< 0.1%", "59.4%", "> 99.9%", "> 99.9%"]


def test_a_click_that_arrives_twice_is_one_answer() -> None:
    once = asked("a").saying("a")
    assert once.saying("a") == once
    assert once.saying("a").saying(None).said == ("a", None)
