"""The page Feedback, on the demo and on hostile texts."""

import re
from pathlib import Path

import pytest

from core.feedback import queue, summary
from core.feedback.submissions import Sent, answer, keep
from core.release import aliases
from core.serving.suggest import Suggestion
from core.store import Store, collection, open_store
from tests.dashboard.asking import Headers
from tests.dashboard.conftest import Open
from tests.dashboard.reading import (
    HOSTILE,
    button,
    figures,
    names,
    plain,
    plain_text_of,
    press,
    text_of,
)
from tests.demo_workspace import GROUP

pytestmark = GROUP


@pytest.fixture
def store(demo: Path) -> Store:
    return open_store(demo)


def send(store: Store, title: str, said: str | None, *, body: str = "") -> str:
    """A text to what is in production, and what its user says."""
    version = aliases.current(store)["production"]
    found = [Suggestion("politics", 0.75), Suggestion("news", 0.25)]
    one = Sent(title=title, body=body, version=version, suggestions=found, source="api")
    public = keep(store, [one])[0]
    answer(store, public, said)
    return public


def label_all(store: Store) -> None:
    for one in queue.waiting(store, limit=1_000):
        queue.label(store, one.public, None)


def test_the_answer_is_of_production_and_another_version_has_a_link(
    store: Store, open_page: Open
) -> None:
    production = aliases.current(store)["production"]
    newest, oldest = summary.by_version(store, summary.count(store))
    assert newest.version == production
    said = plain_text_of(open_page("feedback"))
    assert f"**{newest.answered} users** who answered **{production}**" in said
    assert f"**{newest.first.value:.1%}**" in said
    assert "no random sample" in said
    assert f"answered **{oldest.version}**" in plain_text_of(
        open_page("feedback", version=oldest.version)
    )


def test_the_figures_show_what_was_counted(store: Store, open_page: Open) -> None:
    one = summary.by_version(store, summary.count(store))[0]
    over_time, p_at_1, calibration = figures(open_page("feedback"))
    assert names(over_time) == ["one of five", "the first"]
    assert names(p_at_1) == ["its test posts", "texts of users"]
    assert names(calibration) == ["as sure as right", "its test posts", "answered texts"]
    answered = [trace["customdata"] for trace in over_time["data"]]
    assert [sum(counts) for counts in answered] == [one.answered, one.answered]
    assert sum(calibration["data"][2]["customdata"]) == one.answered


def test_days_come_from_a_link(store: Store, open_page: Open) -> None:
    weeks = figures(open_page("feedback"))[0]
    days = figures(open_page("feedback", by="day"))[0]
    assert days["layout"]["xaxis"]["title"]["text"].startswith("day from")
    assert len(days["data"][0]["x"]) > len(weeks["data"][0]["x"])


def test_what_a_user_corrects_is_labelled_on_the_page(store: Store, open_page: Open) -> None:
    label_all(store)
    public = send(store, "Is this a heron?", "r/birding")
    app = open_page("feedback")
    assert "Is this a heron?" in plain_text_of(app)
    assert "suggested r/politics; the user says **r/birding**" in plain_text_of(app)
    app = press(app, "Label it")
    assert "Labelled." in app.success[0].value
    assert queue.waiting(store) == []
    queue.bring(store)
    with store.read() as session:
        from core.store import labels

        (made,) = [one for one in labels.labelled(session) if one.title == "Is this a heron?"]
    assert (made.subreddit, made.use, public) == ("birding", "evaluate", public)


def test_a_text_of_which_nobody_named_the_subreddit_needs_one(
    store: Store, open_page: Open
) -> None:
    label_all(store)
    send(store, "hm", None)
    app = press(open_page("feedback"), "Label it")
    assert "is no subreddit's name" in plain(app.error[0].value)
    app = press(app, "Set aside: it tells nothing")
    assert queue.waiting(store) == []
    assert "No text waits" in text_of(app)


def test_what_is_missing_comes_on_the_collectors_list_in_one_click(
    store: Store, open_page: Open
) -> None:
    for _ in range(40):
        send(store, "Wheel throwing", "Ceramics")
    app = open_page("feedback")
    assert "**r/Ceramics** · 40 texts" in plain_text_of(app)
    (added,) = [b for b in app.button if b.key == "collect-ceramics"]
    added.click()
    app.run()
    assert "r/Ceramics is on the collector's list" in plain(app.success[0].value)
    with store.read() as session:
        assert "Ceramics" in {target.name for target in collection.targets(session)}


def test_hostile_texts_are_shown_as_they_are(store: Store, open_page: Open) -> None:
    label_all(store)
    send(store, HOSTILE, None, body=f"{HOSTILE}\n\n{HOSTILE}")
    said = text_of(open_page("feedback"))
    assert plain(HOSTILE) in plain(said)
    assert "<script>" not in said
    assert not re.search(r"(?<!\\)\[x\]\(", said)
    assert ":material/home:" not in said


def test_who_looks_only_sees_why_nothing_can_be_labelled(
    store: Store, open_page: Open, headers: Headers
) -> None:
    headers["Host"] = "signoff.example"
    app = open_page("feedback")
    assert button(app, "Label it").disabled
    assert all(b.disabled for b in app.button if str(b.key).startswith("collect-"))
    assert "nobody may label texts here" in plain_text_of(app)
