"""The page Feedback, on the demo and on hostile texts."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text
from streamlit.testing.v1 import AppTest

from core.feedback import acceptance, queue, summary
from core.feedback.bring import bring
from core.feedback.submissions import Sent, answer, keep
from core.feedback.summary import Share
from core.release import aliases
from core.serving.model import Suggestion
from core.store import Store, collection, open_store
from core.store.tables import Base, VersionRow
from core.store.tables_feedback import FeedbackRow, LabelRow, SubmissionRow
from core.store.writing import write
from dashboard.parts.feedback import accepted
from tests.dashboard.asking import Headers
from tests.dashboard.conftest import Open
from tests.dashboard.reading import (
    HOSTILE,
    button,
    figures,
    label_of,
    names,
    plain,
    plain_text_of,
    press,
    text_of,
)


@pytest.fixture
def store(demo: Path) -> Store:
    return open_store(demo)


def figures_of(app: AppTest) -> list[tuple[str, str]]:
    return [(metric.label, str(metric.value)) for metric in app.metric]


def send(store: Store, title: str, said: str | None, *, body: str = "", **more: Any) -> str:
    """A text to what is in production, and what its user says."""
    version = aliases.current(store)["production"]
    found = [Suggestion("politics", 0.75), Suggestion("news", 0.25)]
    one = Sent(title=title, body=body, version=version, suggestions=found, source="api")
    one = replace(one, **more)
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
    assert f"Of **{newest.answered} answers** to **{production}**" in said
    assert f"**{newest.first.value:.1%}**" in said
    assert "not a random sample" in said
    assert f"answers** to **{oldest.version}**" in plain_text_of(
        open_page("feedback", version=oldest.version)
    )


def test_the_figures_show_what_was_counted(store: Store, open_page: Open) -> None:
    one = summary.by_version(store, summary.count(store))[0]
    over_time, p_at_1, calibration = figures(open_page("feedback"))
    assert names(over_time) == ["one of five", "the first"]
    assert names(p_at_1) == ["its test posts", "texts of users"]
    assert names(calibration) == ["perfect calibration", "its test posts", "answered texts"]
    answered = [trace["customdata"] for trace in over_time["data"]]
    assert [sum(counts) for counts in answered] == [one.answered, one.answered]
    assert sum(calibration["data"][2]["customdata"]) == one.answered


def test_days_come_from_a_link(store: Store, open_page: Open) -> None:
    today = datetime.now(UTC)
    monday = today - timedelta(days=today.weekday() + 7)
    for day in range(3):
        send(store, "Last week", "news", at=monday + timedelta(days=day))
    weeks = figures(open_page("feedback"))[0]
    days = figures(open_page("feedback", by="day"))[0]
    assert days["layout"]["xaxis"]["title"]["text"].startswith("day from")
    assert len(days["data"][1]["x"]) > len(weeks["data"][1]["x"])


def test_what_a_user_corrects_is_labelled_on_the_page(store: Store, open_page: Open) -> None:
    label_all(store)
    public = send(store, "Is this a heron?", "r/birding")
    app = open_page("feedback")
    assert "Is this a heron?" in plain_text_of(app)
    assert "the user says **r/birding**" in plain_text_of(app)
    app = press(app, "r/birding · the user's answer")
    assert "Labelled r/birding." in plain(app.toast[0].value)
    assert queue.waiting(store) == []
    bring(store)
    with store.read() as session:
        from core.store import labels

        (made,) = [one for one in labels.labelled(session) if one.title == "Is this a heron?"]
    assert (made.subreddit, made.use, public) == ("birding", "evaluate", public)


def test_each_label_has_its_key(store: Store, open_page: Open) -> None:
    label_all(store)
    send(store, "Is this a heron?", "r/birding")
    app = open_page("feedback")
    keys = {b.proto.shortcut: label_of(b) for b in app.button if b.proto.shortcut}
    assert keys == {
        "1": "r/politics · 75.0%",
        "2": "r/news · 25.0%",
        "3": "r/birding · the user's answer",
        "l": "Another subreddit …",
        "a": "Set aside: no clear label",
        "s": "Skip",
    }


def test_a_label_is_taken_back_with_undo(store: Store, open_page: Open) -> None:
    before = [one.public for one in queue.waiting(store, limit=3)]
    app = press(open_page("feedback"), "Skip")
    app = press(app, "Set aside: no clear label")
    assert queue.waiting(store, limit=2)[1].public == before[2]
    app = press(app, "Undo the last label")
    assert [one.public for one in queue.waiting(store, limit=3)] == before
    assert app.query_params["waiting"] == "2"
    assert "Undo the last label" not in {b.label for b in app.button}


def test_the_last_label_can_be_taken_back_when_nothing_waits_any_more(
    store: Store, open_page: Open
) -> None:
    label_all(store)
    send(store, "hm", None)
    app = press(open_page("feedback"), "Set aside: no clear label")
    assert "No text is waiting" in text_of(app)
    press(app, "Undo the last label")
    assert [one.title for one in queue.waiting(store)] == ["hm"]


def test_a_reviewers_own_correction_is_the_first_and_says_whose_it_is(
    store: Store, open_page: Open
) -> None:
    send(store, "My own correction", "news", tried=True)
    assert "My own correction" in text_of(open_page("feedback"))
    assert "a reviewer on Try it says" in text_of(open_page("feedback"))


def test_the_queue_is_searched_filtered_and_ordered(store: Store, open_page: Open) -> None:
    _, oldest = summary.by_version(store, summary.count(store))
    send(store, "Is this a heron?", "r/birding")
    app = open_page("feedback", text="HERON")
    assert "1 of 1 text" in text_of(app)
    app = open_page("feedback", answered_by=oldest.version)
    only = queue.count_waiting(store, queue.Which(version=oldest.version))
    assert f"1 of {only} texts" in text_of(app)
    assert f"answered by {oldest.version}" in plain_text_of(app)
    app = open_page("feedback", order="least confident", waiting="3")
    third = queue.waiting(store, which=queue.Which(unsure_first=True), limit=3)[2]
    assert plain(third.title) in plain_text_of(app)
    app.text_input(key="text").set_value("nothing has this").run()
    assert "No text matches these filters." in [info.value for info in app.info]


def test_a_subreddit_is_offered_once_in_whatever_letters_the_user_wrote_it(
    store: Store, open_page: Open
) -> None:
    label_all(store)
    send(store, "Is this a heron?", "News")
    offered = [label_of(b) for b in open_page("feedback").button if str(b.key).startswith("label-")]
    assert offered == ["r/politics · 75.0%", "r/news · 25.0% · the user's answer"]


def test_what_reviewers_sent_is_said_to_be_left_out(store: Store, open_page: Open) -> None:
    assert "Try it" not in text_of(open_page("feedback")).split("People who answer")[1][:200]
    before = figures_of(open_page("feedback"))
    for _ in range(2):
        send(store, "Only a trial", "politics", tried=True)
    app = open_page("feedback")
    assert "2 texts that reviewers sent on Try it are not counted." in text_of(app)
    assert figures_of(app) == before


def test_the_answer_compares_with_the_version_before(store: Store, open_page: Open) -> None:
    newest, oldest = summary.by_version(store, summary.count(store))
    said = plain_text_of(open_page("feedback"))
    compared = acceptance.change(newest, [newest, oldest])
    assert compared is not None
    assert compared.sentence in said
    assert f"{oldest.version}, the version before" in said
    assert "the version before" not in plain_text_of(open_page("feedback", version=oldest.version))


def test_the_demos_feedback_has_dates_that_can_be(store: Store) -> None:
    with store.read() as session:
        sent = session.execute(
            select(SubmissionRow.at, VersionRow.created_at, FeedbackRow.at)
            .join(VersionRow, VersionRow.version == SubmissionRow.version)
            .join(FeedbackRow, FeedbackRow.submission == SubmissionRow.id)
        ).all()
    assert len(sent) > 100
    for at, released, answered in sent:
        assert released <= at <= answered <= datetime.now(UTC)


def test_a_version_that_was_judged_on_nothing_says_so(
    store: Store, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summary, "_against", lambda *_: None)
    said = text_of(open_page("feedback"))
    assert said.count("There are no posts to compare it with.") == 2
    assert "No answers yet." not in said


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
    assert "r/Ceramics is on the collector's list" in plain(app.toast[0].value)
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
    assert button(app, "Set aside: no clear label").disabled
    assert all(b.disabled for b in app.button if str(b.key).startswith("collect-"))
    assert "you cannot label texts here" in plain_text_of(app)


def test_before_the_first_answer_the_page_says_where_answers_come_from(
    store: Store, open_page: Open
) -> None:
    erase(store, FeedbackRow)
    app = open_page("feedback")
    said = plain_text_of(app)
    assert "Nobody has answered yet whether" in said
    assert "Users answer on the demo page" in app.info[0].value
    assert "No user has named a missing subreddit yet." in said
    assert "It can name every subreddit" not in said
    assert app.get("button_group")[0].proto.disabled


def test_before_the_first_text_the_page_opens_the_door(store: Store, open_page: Open) -> None:
    erase(store, FeedbackRow, SubmissionRow)
    app = open_page("feedback")
    assert "nobody has sent a text" in text_of(app)
    assert app.code[0].value == "signoff demo-page"
    assert [link.proto.label for link in app.get("page_link")] == ["Try it"]


def test_one_text_at_a_time_is_labelled(store: Store, open_page: Open) -> None:
    waiting = queue.waiting(store, limit=3)
    app = open_page("feedback", waiting="2")
    assert plain(waiting[1].title) in plain_text_of(app)
    assert f"2 of {queue.count_waiting(store)} texts" in plain_text_of(app)


def erase(store: Store, *rows: type[Base]) -> None:
    """All rows, and before them the labels, which the database itself keeps."""
    with write(store) as session:
        session.execute(text("DROP TRIGGER labels_no_delete"))
        for row in (LabelRow, *rows):
            session.execute(delete(row))


def test_a_share_says_of_how_many_it_is_where_that_is_not_all_answers() -> None:
    assert accepted(Share(2, 4), 4) == ("50.0%", "15.0% to 85.0%")
    assert accepted(Share(2, 4), 10) == ("50.0%", "15.0% to 85.0%, of 4")
    assert accepted(Share(0, 0), 10)[0] == "–"
