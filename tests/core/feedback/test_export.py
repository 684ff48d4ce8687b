"""Everything that was sent and said, one line each."""

import csv
import io
import json

import pytest

from core.errors import InputError
from core.feedback import queue
from core.feedback.export import lines
from core.feedback.submissions import answer
from tests.conftest import Road
from tests.core.feedback.conftest import Send

TITLE = 'A "quoted", title\nof two lines <b>'


def test_what_was_sent_said_and_labelled_is_one_line(road: Road, send: Send) -> None:
    sent = send(TITLE, body="text")
    for said in ("space", "dogs"):
        answer(road.store, sent, said)
    queue.label(road.store, sent, "cats", use=queue.TRAIN)
    send("a shadow", source="shadow", twin=sent)
    first, second = map(json.loads, lines(road.store))
    assert first["submission"] == sent
    assert (first["title"], first["body"], first["source"]) == (TITLE, "text", "page")
    assert first["suggestions"] == [["cats", 0.9], ["space", 0.1]]
    assert (first["answer"], first["place"]) == ("dogs", None)
    assert (first["label"], first["label_use"], first["label_by"]) == ("cats", "train", "ada")
    assert (second["twin"], second["title"], second["answer"]) == (sent, None, None)


def test_csv_has_the_same_in_columns(road: Road, send: Send) -> None:
    sent = send(TITLE)
    rows = list(csv.DictReader(io.StringIO("".join(lines(road.store, format="csv")))))
    assert [(row["submission"], row["title"], row["answer"]) for row in rows] == [(sent, TITLE, "")]
    assert json.loads(rows[0]["suggestions"]) == [["cats", 0.9], ["space", 0.1]]


@pytest.mark.parametrize("title", ["a\rb", "a\r\nb", "a\nb", " padded ", '"', "a\tb", "a;b", "-"])
def test_any_title_comes_back_from_csv(road: Road, send: Send, title: str) -> None:
    send(title)
    told = io.StringIO("".join(lines(road.store, format="csv")), newline="")
    assert [row["title"].removeprefix("'") for row in csv.DictReader(told)] == [title]


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1"])
def test_a_spreadsheet_takes_no_text_for_a_formula(road: Road, send: Send, title: str) -> None:
    send(title, body=title)
    told = io.StringIO("".join(lines(road.store, format="csv")), newline="")
    (row,) = csv.DictReader(told)
    assert (row["title"], row["body"]) == (f"'{title}", f"'{title}")
    assert json.loads(next(lines(road.store)))["title"] == title


@pytest.mark.parametrize("format_", ["ndjson", "csv"])
def test_texts_can_be_left_out(road: Road, send: Send, format_: str) -> None:
    send("wordtitle", body="wordbody")
    told = "".join(lines(road.store, format=format_, text=False))
    assert "wordtitle" not in told
    assert "wordbody" not in told
    assert "title" not in told.split("\n")[0]


def test_another_format_is_refused(road: Road) -> None:
    with pytest.raises(InputError, match="not a format"):
        lines(road.store, format="xml")
