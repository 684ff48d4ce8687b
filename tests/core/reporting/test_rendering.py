"""Whatever a document says, it is words: it never becomes markup."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.reporting.document import Document, Facts, Items, Paragraph, Section, Table
from core.reporting.rendering import html, markdown
from core.safe_text import one_line

HOSTILE = (
    "</p><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "<!-- --> ]]> </style>",
    "[x](javascript:alert(1)) ![y](http://evil.example/z.png)",
    "`code` *b* _i_ ~~s~~ **b**",
    "a | b | c",
    "- item\n- item",
    "1. one",
    "# heading",
    "    code",
    "> quote",
    "---",
    "===",
    "```\nfence",
    "&lt;b&gt; &#60; &amp;",
    "https://evil.example www.evil.example a@evil.example",
    "\\",
    "\\`*",
    "two  ",
    "{{ 7*7 }} {% raw %}",
    "\u202egnp\u0000\u001b[2J",
    ":--",
)
ODD = st.text(st.sampled_from("ab \\`*_~[](){}<>|#+-.!&$^=:/@1\n\t\"';"), min_size=1, max_size=12)
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def document(text: str) -> Document:
    """The text wherever a document can have one."""
    blocks = (
        Paragraph(text),
        Facts([(text, text)]),
        Items([text, text]),
        Table(text, (text, text), [(text, text), ("a", text)]),
    )
    return Document(title=text, lead=text, sections=[Section(text, blocks)], end=text)


class Read(HTMLParser):
    """The tags of a page with their attributes, and its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", ()))

    def handle_comment(self, data: str) -> None:
        self.tags.append(("!--", ()))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def leaves(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "inline":
            yield from leaves(token.children or [])
        else:
            yield token


def kinds(document_: str) -> list[str]:
    """What a Markdown document is made of."""
    return [each.type for each in leaves(MARKDOWN.parse(document_)) if each.type != "text"]


def said(document_: str) -> str:
    """Its words, without what keeps addresses from being links."""
    tokens = leaves(MARKDOWN.parse(document_))
    return "\n".join(each.content for each in tokens if each.type == "text").replace("\u2060", "")


def hostile(test: object) -> object:
    for text in HOSTILE:
        test = example(text)(test)  # type: ignore[arg-type, type-var]
    return test


@pytest.mark.hypothesis
@hostile
@given(st.text(min_size=1) | ODD)
def test_no_text_becomes_html(text: str) -> None:
    page, harmless = Read(html(document(text))), Read(html(document("x")))
    assert page.tags == harmless.tags
    assert page.words.count(one_line(text)) >= 10 or not text.strip()


@pytest.mark.hypothesis
@hostile
@given(st.text(min_size=1) | ODD)
def test_no_text_becomes_markdown(text: str) -> None:
    shown = one_line(text).strip()
    assume(shown and "\u2060" not in shown)
    written = markdown(document(text))
    assert kinds(written) == kinds(markdown(document("x")))
    assert said(written).count(shown) >= 10
    assert not any(each.startswith("link") or "html" in each for each in kinds(written))


def test_prose_can_be_read_as_it_is_written() -> None:
    prose = "On 701 posts: accuracy 0.670 (0.634 to 0.705), recall@5 −0.02. It is #8; ask r/cats."
    assert markdown(document(prose)).splitlines()[2].replace("\u2060", "") == prose


def test_a_page_loads_nothing_and_follows_the_reader() -> None:
    page = html(document("x"))
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    read = Read(page)
    named = {name for _, names in read.tags for name in names}
    assert not named & {"src", "href", "onclick", "style"}
    assert {tag for tag, _ in read.tags}.isdisjoint({"script", "link", "img", "iframe"})


def test_tables_are_reached_by_keyboard_and_their_headers_named() -> None:
    tags = Read(html(document("x"))).tags
    assert ("div", ("class", "tabindex", "role", "aria-label")) in tags
    assert tags.count(("th", ("scope",))) == 4
