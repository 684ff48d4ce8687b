"""Text from outside, safe to show: a post's title, a comment, a name, a file's name.

Whoever wrote it may want it to look like a line of ours, to turn the direction of writing, or to
steer the terminal. What would do so is shown as a symbol.
"""

import re

_UNSEEN = (
    "\x00-\x1f\x7f-\x9f"  # C0, DEL and C1, with the escape that begins a terminal's orders
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # what turns the direction of writing
    "\u2028\u2029"  # separators of lines and paragraphs
    "\ud800-\udfff"  # halves of characters, which no stream takes
)
_STEERING = re.compile(f"\r\n|[{_UNSEEN}]")
_WITHIN_LINES = re.compile(f"(?!\r?\n|\t)[{_UNSEEN}]")
_WITHIN_CELLS = re.compile(f"(?![\r\n\t])[{_UNSEEN}]")
_LINK = re.compile(r"://|www(?=\.)|@(?=[\w-]+\.)|mailto:|xmpp:|:(?=[\w+/-]+:)", re.IGNORECASE)
_MENTION = re.compile(r"(?<!\w)[@#](?=\w)")
_MARKS = re.compile(r"[\\`*_~\[\]{}<>|&$^]")
_BEGINNING = re.compile(r"\d{1,9}(?=[.)](?:\s|$))|(?=[#+=-])")
"""What makes a line a heading, an item of a list or a rule stands behind this."""
_WORD_JOINER = "\u2060"
_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
_PICTURES = 0x2400
"""Where Unicode has the pictures of C0: that of ESC, 0x1b, is at 0x241b."""
_NEW_LINE, _DELETE = "\N{SYMBOL FOR NEWLINE}", "\N{SYMBOL FOR DELETE}"
_OWN = {
    "\r\n": _NEW_LINE,
    "\n": _NEW_LINE,
    "\x85": _NEW_LINE,
    "\u2028": _NEW_LINE,
    "\u2029": _NEW_LINE,
    "\x7f": _DELETE,
}


def one_line(text: str) -> str:
    """The text in one line: ``␤`` for a line break, ``␛`` for ESC, a replacement character for what
    has no symbol.

    Taken again, it stays as it is.
    """
    return _STEERING.sub(_symbol, text)


def in_lines(text: str) -> str:
    """The same for text that may have several lines, and tabs."""
    return _WITHIN_LINES.sub(_symbol, text)


def in_cell(text: str) -> str:
    """The same for a cell of a file, which is quoted there: it may have line breaks of any kind."""
    return _WITHIN_CELLS.sub(_symbol, text)


def unlinked(text: str) -> str:
    """The text with an invisible word joiner in what Markdown makes links and icons of, even where
    it is escaped: addresses, and names between colons.
    """
    return _LINK.sub(lambda match: f"{match[0]}{_WORD_JOINER}", text)


def in_markdown(text: str) -> str:
    """The text in one line of a Markdown document, in a paragraph, an item or a cell of a table.

    None of it is read as Markdown, HTML or a link, and prose can still be read as it stands: only
    what would mean something has a backslash. Nor does it call anybody (@name) or name an issue
    (#12) where GitHub shows it. Blanks around it are dropped: they would mean code.
    """
    said = _MENTION.sub(f"\\g<0>{_WORD_JOINER}", unlinked(one_line(text)).strip())
    marked = _MARKS.sub(r"\\\g<0>", said)
    beginning = _BEGINNING.match(marked)
    if beginning is None:
        return marked
    return f"{beginning[0]}\\{marked[beginning.end() :]}"


def in_slack(text: str) -> str:
    """The text in one line of a message of Slack, or of Mattermost and others that take the same.

    None of it is a link or a picture, and it calls nobody (@channel, <!here>). Where the receiver
    formats text, asterisks may still make some of it bold.
    """
    said = _MENTION.sub(f"\\g<0>{_WORD_JOINER}", unlinked(one_line(text)).strip())
    said = said.replace("](", f"]{_WORD_JOINER}(")
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def in_json(document: str) -> str:
    """A JSON document that says the same, with nothing in it that steers a terminal."""
    return _WITHIN_LINES.sub(lambda match: f"\\u{ord(match[0]):04x}", document)


def in_ascii(document: str) -> str:
    """A JSON document that says the same in ASCII, for a stream that has no other characters."""
    return _BEYOND_ASCII.sub(_escaped, document)


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in zip(*[iter(units)] * 2, strict=True))


def _symbol(match: re.Match[str]) -> str:
    letter = match[0]
    if letter in _OWN:
        return _OWN[letter]
    return chr(_PICTURES + ord(letter)) if letter < " " else "\N{REPLACEMENT CHARACTER}"
