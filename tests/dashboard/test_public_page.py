"""The demo page: what it says, keeps and refuses, and that its visitors are nobody."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.access import identity
from core.access.identity import NOBODY
from core.errors import RefusedError, UnavailableError
from core.feedback import submissions
from core.release import aliases
from core.serving import heartbeat, servers
from core.serving.process import ProcessModel
from core.settings import settings
from core.store import Store, open_store
from core.store import serving as table
from core.store.serving import Count
from core.training.train import of_execution
from dashboard import public_service
from dashboard.current_user import comes_from
from tests.core.serving.test_process import wait_until
from tests.dashboard.conftest import SECONDS
from tests.dashboard.deciding import approved
from tests.dashboard.reading import HOSTILE, button, plain, plain_text_of, press, text_of
from tests.factories import by
from tests.workspaces import overwrite

PAGE = Path(__file__).parents[2] / "dashboard" / "public_page.py"
TITLE = "My sourdough starter died"


@pytest.fixture(autouse=True)
def entrance(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page makes this process its own; the tests that follow want it back."""
    monkeypatch.setattr(identity, "_entrance", identity._entrance)


@pytest.fixture
def store(demo: Path) -> Store:
    return open_store(demo)


@pytest.fixture
def kept_days(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    settings.cache_clear()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "FOLLOW_SECONDS", 0.02)
    monkeypatch.setattr(heartbeat, "EVERY", dict.fromkeys(heartbeat.EVERY, 0.0))


def page(caller: str = "somebody") -> AppTest:
    app = AppTest.from_file(str(PAGE), default_timeout=SECONDS)
    app.session_state["caller"] = caller
    app.run()
    assert not app.exception
    return app


def ask(app: AppTest, title: str = TITLE, body: str = "") -> AppTest:
    app.text_input[0].set_value(title)
    app.text_area[0].set_value(body)
    return press(app, "Suggest subreddits")


def picks(app: AppTest) -> list[Any]:
    return [found for found in app.button if found.label in ("This one", "Your answer")]


def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(store.home / "signoff.db") as database:
        found = database.execute(query).fetchall()
    database.close()
    return found


def last_sent(store: Store) -> tuple[Any, ...]:
    """Title, text, source, p@1 and version of what was sent last."""
    query = "select title, body, source, p_at_1, version from submissions order by id desc limit 1"
    return rows(store, query)[0]


def answers(store: Store) -> list[str | None]:
    """What was answered of the last submission, in order."""
    last = "(select max(id) from submissions)"
    query = f"select subreddit from feedback where submission = {last} order by id"  # noqa: S608
    return [name for (name,) in rows(store, query)]


def test_a_visitor_gets_five_suggestions_and_says_which_is_right(store: Store) -> None:
    app = ask(page(), body="What now?")
    assert len(picks(app)) == 5
    assert TITLE in plain_text_of(app)
    title, body, source, p_at_1, version = last_sent(store)
    assert (title, body, source) == (TITLE, "What now?", "page")
    assert 0 < p_at_1 <= 1
    assert f"Version {version} answered" in plain_text_of(app)
    second = app.get("progress")[1].proto.text
    picks(app)[1].click()
    app.run()
    (name,) = answers(store)
    assert f"r/{name}" in plain(second)
    assert f"Thank you: **r/{name}**" in plain(app.success[0].value)


def test_a_visitor_may_say_what_the_post_links_to(store: Store) -> None:
    app = page()
    app.text_input[1].set_value("https://i.imgur.com/cat.jpg")
    ask(app)
    ((domain,),) = rows(store, "select domain from submissions order by id desc limit 1")
    assert domain == "i.imgur.com"


def test_nobody_is_anybody_on_it(store: Store) -> None:
    page()
    assert identity.current_actor() == NOBODY
    version = aliases.current(store)["production"]
    with pytest.raises(RefusedError, match="You are not signed in"):
        aliases.move(store, "mine", version, expected=None)


def test_none_of_these_needs_no_name(store: Store) -> None:
    app = press(ask(page()), "None of these")
    assert "none of these" in app.success[0].value
    assert answers(store) == [None]


def test_none_of_these_takes_the_right_one_as_people_write_it(store: Store) -> None:
    app = ask(page())
    app.text_input[0].set_value("https://www.reddit.com/r/DevelEire/")
    press(app, "None of these")
    assert "r/DevelEire" in plain(app.success[0].value)
    assert answers(store) == ["DevelEire"]


def test_what_cannot_be_a_subreddit_is_said_and_may_be_mended(store: Store) -> None:
    app = ask(page())
    app.text_input[0].set_value(HOSTILE)
    press(app, "None of these")
    assert "is not the name of a subreddit" in plain(app.warning[0].value)
    assert answers(store) == []
    app.text_input[0].set_value("r/sourdough")
    press(app, "None of these")
    assert answers(store) == ["sourdough"]


def test_an_answer_may_be_changed_once_and_the_latest_counts(store: Store) -> None:
    app = press(ask(page()), "None of these")
    press(app, "Change my answer")
    picks(app)[0].click()
    app.run()
    assert len(answers(store)) == 2
    assert all(found.label != "Change my answer" for found in app.button)
    assert [found.label for found in app.button] == ["Try another post"]


def test_second_thoughts_show_the_answer_and_may_be_let_go(store: Store) -> None:
    app = ask(page())
    app.text_input[0].set_value("r/DevelEire")
    press(press(app, "None of these"), "Change my answer")
    assert "Your answer is **r/DevelEire**" in plain_text_of(app)
    press(app, "Keep my answer")
    assert "Thank you: **r/DevelEire** it is" in plain(app.success[0].value)
    assert answers(store) == ["DevelEire"]


def test_a_text_without_a_title_is_shown_by_its_begin(store: Store) -> None:
    app = ask(page(), title="", body="My starter died.")
    assert "“My starter died.”" in plain_text_of(app)
    assert last_sent(store)[:2] == ("", "My starter died.")


def test_another_one_begins_with_an_empty_form(store: Store) -> None:
    app = press(press(ask(page()), "None of these"), "Try another post")
    assert app.text_input[0].value == ""
    before = submissions.counts(store).submissions
    ask(app, "Why does my kitten purr")
    assert submissions.counts(store).submissions == before + 1


def test_who_does_not_want_their_text_kept_has_it_not_kept(store: Store) -> None:
    app = page()
    app.checkbox[0].check()
    ask(app, body="Private.")
    title, body, _, p_at_1, _ = last_sent(store)
    assert (title, body) == (None, None)
    assert p_at_1 > 0
    assert "erased" not in text_of(app)  # there is nothing to erase
    press(app, "Start over")
    assert app.checkbox[0].value  # they said so once


def test_it_says_for_how_long_texts_are_kept(store: Store, kept_days: pytest.MonkeyPatch) -> None:
    assert "kept for 90 days" in plain_text_of(page())
    kept_days.setenv("SIGNOFF_KEEP_TEXT_DAYS", "0")
    settings.cache_clear()
    app = page()
    assert "Your text is not kept" in plain_text_of(app)
    assert not app.checkbox
    ask(app)
    assert last_sent(store)[:2] == (None, None)


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("", "Write a title"),
        (" \n", "Write a title"),
        ("\u200b\ufeff", "Write a title"),
        ("a" * (submissions.MAX_TITLE + 1), "A title has up to 300 characters"),
    ],
)
def test_a_text_that_cannot_be_asked_stays_and_says_how_to_mend_it(
    store: Store, title: str, says: str
) -> None:
    before = submissions.counts(store)
    app = ask(page(), title)
    assert says in plain(app.warning[0].value)
    assert app.text_input[0].value == title
    assert submissions.counts(store) == before


@pytest.mark.slow
def test_a_visitor_who_asks_too_often_is_told_when_to_go_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page()
    for _ in range(public_service.OF_A_SESSION["minute"]):
        press(ask(app), "Start over")
    before = submissions.counts(store)
    ask(app)
    said = plain(app.warning[0].value)
    assert "more than 10 posts per minute from you" in said
    assert "Press the button again in" in said
    assert app.text_input[0].value == TITLE
    assert submissions.counts(store) == before
    assert len(picks(ask(page("somebody else")))) == 5


def test_another_tab_does_not_lift_the_limit_of_a_network(demo: Path) -> None:
    for visit in range(public_service.OF_A_NETWORK["minute"]):
        public_service.admit(f"tab {visit}", "192.0.2.1")
    with pytest.raises(RefusedError, match="60 posts per minute from you and others"):
        public_service.admit("one more", "192.0.2.1")
    public_service.admit("one more", "192.0.2.2")


def test_a_network_has_an_allowance_for_the_day_too(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_service, "OF_A_NETWORK", {"minute": 60, "day": 3})
    for visit in range(3):
        public_service.admit(f"tab {visit}", "192.0.2.3")
    with pytest.raises(RefusedError, match="3 posts per day from you and others") as caught:
        public_service.admit("one more", "192.0.2.3")
    assert "24 hours" in str(caught.value)


@pytest.mark.parametrize(
    ("peer", "named", "network"),
    [
        (None, [], "this machine"),
        ("192.0.2.7", [], "192.0.2.7"),
        ("2001:db8::1:2:3:4", [], "2001:db8::/64"),
        ("::ffff:192.0.2.7", [], "192.0.2.7"),
        (None, ["192.0.2.7"], "192.0.2.7"),
        (None, ["10.0.0.1, 192.0.2.7"], "192.0.2.7"),  # the first one is the visitor's own
        (None, ["10.0.0.1", "192.0.2.7"], "192.0.2.7"),
        ("198.51.100.1", ["unknown"], "198.51.100.1"),
        (None, ["<script>"], "this machine"),
    ],
)
def test_a_visitor_counts_by_the_address_that_the_proxy_itself_has_seen(
    peer: str | None, named: list[str], network: str
) -> None:
    assert comes_from(peer, named) == network


@pytest.mark.slow
def test_a_visitor_gets_the_canary_each_time_or_never(store: Store) -> None:
    version = approved(store)
    with by("rel"):
        aliases.move(store, "staging", version, expected=aliases.current(store)["staging"])
        aliases.set_canary(store, version, share=0.5)
    asked = set()
    # Who is of the share depends on the version's name, and so on the day.
    callers = sorted("abcdefghijklmnop", key=lambda one: aliases.of_share(one, version, 0.5))
    for caller in (*callers[:2], *callers[-2:]):
        served = aliases.version_for(store, caller)
        assert served is not None
        ask(page(caller))
        assert last_sent(store)[-1] == served.version
        asked.add(served.version)
    assert len(asked) == 2


@pytest.mark.slow
def test_the_shadow_is_asked_too_and_holds_no_text(store: Store) -> None:
    production = aliases.current(store)["production"]
    (before,) = {v.version for v in aliases.versions(store)} - {production}
    with by("rel"):
        aliases.move(store, "shadow", before, expected=None)
    ask(page())
    wait_until(lambda: last_sent(store)[2] == "shadow")
    title, _, source, p_at_1, version = last_sent(store)
    assert (title, source, version) == (None, "shadow", before)
    assert p_at_1 > 0


def test_without_a_version_in_production_it_says_so(home: Path) -> None:
    open_store(home)
    app = page()
    assert "No version answers here yet" in app.warning[0].value
    assert not app.text_input
    assert "signoff" not in text_of(app)


def test_a_model_that_cannot_be_loaded_is_a_sentence(store: Store) -> None:
    damage(store, aliases.current(store)["production"])
    app = page()
    assert "The model cannot be loaded at the moment" in app.warning[0].value
    assert "signoff" not in text_of(app)


@pytest.mark.usefixtures("quick")
def test_a_new_model_that_cannot_be_loaded_leaves_the_one_before_answering(store: Store) -> None:
    production = aliases.current(store)["production"]
    damage(store, next(v.version for v in aliases.versions(store) if v.version != production))
    app = page()
    with by("rel"):
        aliases.rollback(store, "production")
    wait_until(lambda: bool(servers.alarms(store)))
    assert f"{production} keeps answering" in servers.alarms(store)[0]
    ask(app)
    assert not app.warning
    assert last_sent(store)[-1] == production


@pytest.mark.usefixtures("quick")
def test_the_version_that_answers_follows_the_alias(store: Store) -> None:
    app = page()
    with by("rel"):
        now = aliases.rollback(store, "production").version
    wait_until(lambda: public_service.answering().pool.serving == {"production": now})
    ask(app)
    assert last_sent(store)[-1] == now


@pytest.mark.usefixtures("quick")
def test_a_version_that_cannot_answer_is_counted_and_said(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(*_: object, **__: object) -> None:
        raise UnavailableError("The process that holds the model was ended", "End other programs.")

    app = page()
    with monkeypatch.context() as patch:
        patch.setattr(ProcessModel, "predict", ended)
        ask(app)
    assert "went wrong on our side" in app.warning[0].value
    assert "process" not in text_of(app)
    assert app.text_input[0].value == TITLE
    press(app, "Suggest subreddits")
    assert len(picks(app)) == 5
    version = aliases.current(store)["production"]
    wait_until(lambda: counted(store) == {version: Count(requests=2, errors=1)})


def test_the_page_is_among_the_servers_until_it_ends(store: Store) -> None:
    page()
    page("somebody else")
    wait_until(lambda: bool(servers.running(store)))
    (server,) = servers.running(store)
    assert server.serving == {"production": aliases.current(store)["production"]}
    assert server.address.startswith("http://")
    st.cache_resource.clear()
    assert servers.running(store) == []


@pytest.mark.parametrize(
    "hostile",
    [
        HOSTILE,
        "**bold** _it_ `code` # head",
        "<img src=x onerror=alert(1)>",
        ":red[x] :dog: :material/home: :streamlit:",
        "$\\frac{1}{2}$ $$x$$",
        "![x](https://e.example/x.png) https://e.example www.e.example",
    ],
)
def test_hostile_titles_are_shown_as_text(demo: Path, hostile: str) -> None:
    app = ask(page(), hostile)
    shown = next(m.value for m in app.markdown if m.value.startswith("“"))
    assert plain(shown) == f"“{hostile}”".replace("\\", "")
    assert not re.search(r"(?<!\\)[<*_`$#[]", shown)
    assert not re.search(r":[\w+/-]+:|://\w|www\.", shown.replace("\\", ""))


def counted(store: Store) -> dict[str, Count]:
    """What the workspace was told of each version."""
    with store.read() as session:
        return table.counts(session, since=datetime.now(UTC) - timedelta(hours=1))


def damage(store: Store, version: str) -> None:
    """Break the model file of a version."""
    candidate = next(v.candidate for v in aliases.versions(store) if v.version == version)
    path = store.artifacts.root / (digest := of_execution(store, candidate).digest)[:2] / digest
    overwrite(path, b"damaged")


def test_the_button_of_an_answer_says_that_it_is_the_answer(store: Store) -> None:
    app = ask(page())
    picks(app)[2].click()
    app.run()
    press(app, "Change my answer")
    assert [found.label for found in picks(app)].index("Your answer") == 2
    assert button(app, "Your answer").disabled
