"""Documents as Markdown and as one HTML file. Whatever text they are given stays text."""

from collections.abc import Iterator, Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from core.reporting.document import Block, Document, Facts, Items, Paragraph, Table
from core.safe_text import in_markdown, one_line


def markdown(document: Document) -> str:
    """GitHub's Markdown, one line a paragraph."""
    parts = [f"# {in_markdown(document.title)}", in_markdown(document.lead)]
    for section in document.sections:
        parts.append(f"## {in_markdown(section.title)}")
        parts += ["\n".join(_lines(block)) for block in section.blocks]
    return "\n\n".join([*parts, "---", in_markdown(document.end)]) + "\n"


def html(document: Document) -> str:
    """One file that loads and runs nothing, and is light, dark or on paper as the reader has it."""
    return _template().render(document=document)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield in_markdown(block.text)
        case Items():
            # Another mark than facts have: else a list that follows them would be one with them.
            yield from (f"* {in_markdown(text)}" for text in block.texts)
        case Facts():
            yield from (f"- {in_markdown(name)}: {in_markdown(text)}" for name, text in block.rows)
        case Table():
            yield f"{in_markdown(block.name)}:\n"
            yield _row(block.columns)
            yield _row([":--", *["--:"] * (len(block.columns) - 1)], escaped=True)
            yield from map(_row, block.rows)


def _row(cells: Sequence[str], *, escaped: bool = False) -> str:
    return f"| {' | '.join(cells if escaped else map(in_markdown, cells))} |"


@cache
def _template() -> Template:
    """Everything that is filled in is escaped, and shown in one line as on every page."""
    environment = Environment(
        loader=PackageLoader("core.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: one_line(value) if isinstance(value, str) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("document.html")
