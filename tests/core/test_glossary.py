"""The glossary is one list, shown on pages and in the docs."""

from pathlib import Path

import pytest

from core import glossary

DOCUMENT = Path(__file__).parents[2] / "docs" / "glossary.md"


def test_the_document_is_what_the_code_says() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == glossary.document()


def test_terms_are_in_order_and_explained_in_whole_sentences() -> None:
    assert list(glossary.TERMS) == sorted(glossary.TERMS, key=str.casefold)
    for term, text in glossary.TERMS.items():
        assert text[0].isupper(), term
        assert text.endswith("."), term
        assert len(text) < 200, term


def test_a_term_that_is_not_in_the_glossary_is_a_mistake_of_the_page() -> None:
    with pytest.raises(KeyError):
        glossary.meaning("sureness")
