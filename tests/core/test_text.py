"""The line that every model sees."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.invisible import is_visible, takes_no_room, without_invisible
from core.text import (
    FIELD,
    MAX_BODY,
    NORMALISER,
    SELF,
    Post,
    domain_of,
    fields,
    is_empty,
    normalise,
    post_of,
    reads,
    without_domain,
    words_of,
)

UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u202e\u3164\ufe0f\U000e0067"
MARKS = (
    "\x00",
    "\x1b",
    "\x7f",
    "\x9f",
    "\u2028",
    "\r\n",
    "_",
    "</s>",
    "&#x200B;",
    "&nbsp;",
    "＆zwj；",
    *UNSEEN,
    "__label__",
    "İ",
    "ﬁ",
    "é",
)
links = (
    st.text(max_size=30)
    | st.sampled_from(["", "imgur.com", "https://i.imgur.com/x.png", "self.cats"])
    | st.text(alphabet="ab.:/@_-[]%\t ", max_size=12).map("http://{}".format)
)
texts = st.text(max_size=60) | st.lists(
    st.sampled_from([*MARKS, " ", "a", "B", "\u0301", "\u0345", "ẞ", "Ⅷ", "①"]), max_size=12
).map("".join)


@given(texts)
def test_normalising_twice_changes_nothing(title: str) -> None:
    once = normalise(title)
    assert normalise(once) == once


@given(texts, texts, links)
def test_a_line_is_one_line_of_tokens_that_fasttext_takes_for_words(
    title: str, body: str, link: str
) -> None:
    line = normalise(title, body, domain_of(link))
    assert line.splitlines() in ([line], [])
    assert line.count(FIELD) <= 2
    assert not line.endswith(FIELD)
    tokens = [token for field in line.split(FIELD) if field for token in field.split(" ")]
    assert all(tokens)
    assert not any("</s>" in word or word.startswith("__label__") for word in tokens)


@given(texts, texts, links)
def test_a_line_holds_nothing_that_cannot_be_seen_or_encoded(
    title: str, body: str, link: str
) -> None:
    line = normalise(title, body, domain_of(link)).replace(FIELD, "")
    kinds = {unicodedata.category(character) for character in line}
    assert not kinds & {"Cc", "Cs", "Zl", "Zp"}
    assert not any(map(takes_no_room, line))
    line.encode()


@given(texts, texts, links)
def test_the_fields_of_a_line_can_be_told_apart_again(title: str, body: str, link: str) -> None:
    line, domain = normalise(title, body, domain_of(link)), domain_of(link)
    if not line:
        assert not normalise(title, body)
        return
    assert fields(line) == Post(normalise(title), normalise(body).strip(FIELD), domain)
    assert without_domain(line) == normalise(title, body)
    assert words_of(line).split() == [*normalise(title).split(), *normalise(body).split()]
    assert FIELD not in words_of(line)


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@given(title=texts)
def test_all_forms_of_one_text_give_one_line(form: str, title: str) -> None:
    assert normalise(unicodedata.normalize(form, title)) == normalise(title)


@pytest.mark.parametrize(
    ("title", "body", "line"),
    [
        ("Is C++ DEAD?", "", "is c + + dead ?"),
        ("snake_case", "", "snake _ case"),
        ("__label__cats </s>", "", "_ _ label _ _ cats < / s >"),
        ("ﬁne\tＷＩＤＥ", "", "fine wide"),
        ("one\x00two\x1b", "three\r\nfour", "one two\tthree four"),
        ("", "", ""),
        (" \n ", "\x07", ""),
        ("", "only a body", "\tonly a body"),
        ("zero\u200bwidth", "", "zerowidth"),
        ("a &#x200B; b", "&amp;#x200B;\n\nc&nbsp;d", "a b\tc d"),
        ("AT&amp;T &lt;3", "", "at & amp ; t & lt ; 3"),
        ("می\u200cخواهم", "❤\ufe0f 👩\u200d🔬", "میخواهم\t❤ 👩 🔬"),
        ("\u200b", "&#x200B;\u2800", ""),
    ],
)
def test_examples(title: str, body: str, line: str) -> None:
    assert normalise(title, body) == line


def test_a_body_counts_up_to_its_limit() -> None:
    line = normalise("t", "a" * MAX_BODY + "b")
    assert line == "t\t" + "a" * MAX_BODY


def test_surrogates_of_an_undecodable_text_vanish() -> None:
    assert normalise("caf\udce9 noir") == "caf noir"


@given(st.text(max_size=8), st.text(max_size=8))
def test_a_text_is_empty_exactly_where_no_line_is_left(title: str, body: str) -> None:
    assert is_empty(title, body) == (not normalise(title, body))


@given(st.text(max_size=8) | st.sampled_from(["&#x200B;", "&#x200B;a", "&nbsp;", "&amp;"]))
def test_a_text_is_empty_exactly_where_nobody_sees_anything(title: str) -> None:
    assert is_empty(title) == (not is_visible(title))
    assert is_empty("", title) == (not is_visible(title))


@given(texts, texts, st.data())
def test_what_nobody_sees_changes_no_line_wherever_it_stands(
    title: str, body: str, data: st.DataObject
) -> None:
    line = normalise(title, f"{body}{'long ' * MAX_BODY}")
    more = st.tuples(st.integers(0, 80), st.sampled_from(UNSEEN))
    for place, unseen in data.draw(st.lists(more, max_size=5)):
        title = f"{title[:place]}{unseen}{title[place:]}"
        body = f"{body[:place]}{unseen * 300}{body[place:]}"
    assert normalise(title, f"{body}{'long ' * MAX_BODY}") == line


def test_an_entity_counts_for_nothing_in_the_length_of_a_body() -> None:
    assert normalise("", "&#x200B;" * MAX_BODY + "word") == "\tword"


def of_version_2(title: str, body: str) -> str:
    """The rules before invisible characters were dropped."""
    token = re.compile(r"[^\W_]+|[^\w\s\x00-\x1f\x7f-\x9f\ud800-\udfff]|_")
    folded = [
        unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
        for text in (title, body[:MAX_BODY])
    ]
    return FIELD.join(" ".join(token.findall(text)) for text in folded).rstrip(FIELD)


@given(texts, texts)
def test_a_model_of_version_2_reads_lines_that_its_own_normaliser_would_make(
    title: str, body: str
) -> None:
    line = normalise(title, body)
    as_before = [*line.split(FIELD, 1), ""]
    assert of_version_2(as_before[0], as_before[1]) == line
    plain = [without_invisible(text) for text in (title, body)]
    if all(text.isascii() for text in plain):
        assert of_version_2(*plain) == line


def test_which_models_read_which_lines() -> None:
    assert reads(NORMALISER, NORMALISER)
    assert reads(2, 3)
    assert not reads(3, 2)  # words are split there as they never are in service
    assert not reads(1, 3)


def test_what_stands_behind_the_part_that_is_used_does_not_count() -> None:
    assert is_empty("", "\x07" * MAX_BODY + "word")


@pytest.mark.parametrize(
    ("link", "domain"),
    [
        ("https://www.YouTube.com/watch?v=1", "youtube.com"),
        ("http://i.imgur.com:80/x.png", "i.imgur.com"),
        ("youtu.be/x", "youtu.be"),
        ("http://www2.macleans.ca/2013/", "macleans.ca"),
        ("http://www.www2.example.com/", "example.com"),
        ("http://wwws.whitehouse.gov/", "wwws.whitehouse.gov"),
        ("  nytimes.com ", "nytimes.com"),
        ("https://user:secret@example.com/", "example.com"),
        ("https://münchen.de/", "münchen.de"),
        ("self.cats", SELF),  # as dumps have it: it would give the subreddit away
        ("http://example.com.", "example.com"),
        ("", ""),
        ("no link at all", ""),
        ("localhost", ""),
        ("http://[::1", ""),
        ("http://[::1]/", ""),
        ("javascript:alert(1)", ""),
        ("__label__cats.com", ""),
        ("http://" + "a" * 300 + ".com", ""),
    ],
)
def test_the_domain_of_a_link(link: str, domain: str) -> None:
    assert domain_of(link) == domain


@given(links)
def test_a_domain_is_its_own_domain(link: str) -> None:
    domain = domain_of(link)
    assert domain in ("", SELF) or domain_of(domain) == domain


def test_a_post_links_has_a_text_or_neither_is_known() -> None:
    assert post_of("Look", "", "https://imgur.com/a") == Post("Look", "", "imgur.com")
    assert post_of("Look", "a text") == Post("Look", "a text", SELF)
    assert post_of("Look", " ") == Post("Look", " ", "")
    assert post_of("Look", "both", "https://imgur.com/a").domain == "imgur.com"
    assert post_of("Look", "", "what?") == Post("Look")


def test_a_link_without_a_text_is_no_line() -> None:
    assert normalise("", "", "imgur.com") == ""
