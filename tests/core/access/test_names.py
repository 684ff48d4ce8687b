"""How names are written, and which of them are one person's."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.access.names import operator, person, same_person
from core.errors import InputError

ODD = st.text(
    st.sampled_from("aAbßſİıÅ\u212bK ﬁ\u3000\u00a0 \t\n\x1b\u200b\u2060\u202eａ\ufe0f\u0301")
)
BLANKS = st.text(st.sampled_from(" \u00a0\u3000\u2009"))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (" Bob@Example.COM ", "bob@example.com"),
        ("Bob", "Bob"),
        ("TEAM\\bob", "TEAM\\bob"),
        ("bob@\u2060example.com", "bob@example.com"),  # copied from a page
        ("Jose\u0301", "Jos\u00e9"),
    ],
)
def test_a_name_is_written_in_one_way(given: str, name: str) -> None:
    assert person(given) == name
    assert person(name) == name


@pytest.mark.parametrize(
    "given", ["", "\u2060", "a b", "a\nb", "\ud800", "a\u00a0b", "x" * 255, "ｂob", "bo\ufe0fb"]
)
def test_what_cannot_be_seen_is_no_name(given: str) -> None:
    with pytest.raises(InputError):
        person(given)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Demo Author", "Demo Author"),
        (" Demo\u00a0 Author ", "Demo Author"),
        ("Ａda", "Ada"),
        ("Ada@Example.com", "ada@example.com"),
    ],
)
def test_who_uses_this_machine_may_have_blanks_in_the_name(given: str, name: str) -> None:
    assert operator(given) == name


@pytest.mark.parametrize(
    "given", ["", " ", "a\nb", "a\x1b[2J", "ada\u202e", "a\u200bda", "ada\n", "a\u2028b", "x" * 255]
)
def test_a_name_that_would_leave_its_line_is_refused_at_the_door(given: str) -> None:
    with pytest.raises(InputError, match="Set SIGNOFF_USER"):
        operator(given)


@pytest.mark.parametrize(
    "other",
    ["demo author", "Demo Author ", "DEMO  AUTHOR", "Ｄemo\u00a0Author", "De\u200bmo Author\ufe0f"],
)
def test_another_spelling_is_no_other_person(other: str) -> None:
    assert same_person("Demo Author", other)
    assert same_person(other, "Demo Author")


def test_other_people_are_others() -> None:
    assert not same_person("ada", "bob")
    assert not same_person("ada", "ada@example.com")


@given(st.text() | ODD, BLANKS, BLANKS)
def test_spelling_alone_makes_nobody_else(name: str, before: str, behind: str) -> None:
    others = [before + name + behind, name.casefold(), name.replace(" ", "  ")]
    others += [unicodedata.normalize(form, name) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    for other in others:
        assert same_person(name, other)


@given(st.text(max_size=300) | ODD)
def test_what_is_stored_is_one_line_and_stays_that_person(name: str) -> None:
    for door in (operator, person):
        try:
            written = door(name)
        except InputError:
            continue
        assert written.isprintable()
        assert written == door(written) == written.strip()
        assert same_person(name, written)
