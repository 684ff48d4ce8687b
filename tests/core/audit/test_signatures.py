"""Who signed what follows from the log, and a signature fits one entry and one key only."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from core.audit.chain import Decision, link
from core.audit.signatures import REGISTERED, REVOKED, broken_signatures, signed, unsigned
from core.audit.signing import SigningKey, is_valid
from core.store.audit import Entry, Signature

PEOPLE, SERVICE, STRANGER = ("ada", "bob"), "dashboard", "eve"


@cache
def key_of(name: str) -> SigningKey:
    secret = name.encode().ljust(32, b"-")
    return SigningKey(Ed25519PrivateKey.from_private_bytes(secret), Path(name))


def decision(by: str, kind: str = "commented", **details: JsonValue) -> Decision:
    return Decision(
        record="release_events/1",
        at="2026-12-01T00:00:00.000000+00:00",
        by=by,
        kind=kind,
        before=None,
        after=None,
        rests_on={},
        details=details,
    )


def about(kind: str, name: str, *, service: bool = False) -> Decision:
    public = key_of(name).public
    return decision("root", kind, name=name, public_key=public, service=service)


def chained(decisions: list[Decision]) -> list[Entry]:
    entries: list[Entry] = []
    for each in decisions:
        entries.append(link(each, entries[-1] if entries else None))
    return entries


REGISTRATIONS = [
    *(about(REGISTERED, name) for name in PEOPLE),
    about(REGISTERED, SERVICE, service=True),
]
acts = st.lists(
    st.tuples(
        st.sampled_from([*PEOPLE, "Ada", "cy"]),
        st.sampled_from([None, *PEOPLE, SERVICE, STRANGER]),
    ),
    max_size=8,
)


@given(acts)
def test_what_a_person_with_a_key_did_not_sign_is_told(acts: list[tuple[str, str | None]]) -> None:
    entries = chained([*REGISTRATIONS, *(decision(by) for by, _ in acts)])
    mine = entries[len(REGISTRATIONS) :]
    signatures = {
        entry.number: key_of(signer).sign(entry)
        for entry, (_, signer) in zip(mine, acts, strict=True)
        if signer
    }
    assert list(broken_signatures(entries, signatures)) == []
    told = {(one.name, n) for one in unsigned(entries, signatures) for n in one.missing}
    foreign = {(one.name, n) for one in unsigned(entries, signatures) for n in one.foreign}
    owned = [
        (by.lower(), signer, entry.number)
        for entry, (by, signer) in zip(mine, acts, strict=True)
        if by.lower() in PEOPLE
    ]
    assert told == {(by, n) for by, signer, n in owned if signer is None}
    assert foreign == {(by, n) for by, signer, n in owned if signer not in (None, by, SERVICE)}


def test_before_a_key_is_registered_and_after_it_is_revoked_nothing_is_asked() -> None:
    entries = chained(
        [
            decision("ada"),
            about(REGISTERED, "ada"),
            decision("ada"),
            about(REVOKED, "ada"),
            decision("ada"),
        ]
    )
    (found,) = unsigned(entries, {})
    assert (found.name, found.missing, found.foreign) == ("ada", (3,), ())


@given(st.integers(0, 63), st.sampled_from(["digest", "key", "signature"]))
def test_no_other_digit_is_valid(place: int, field: str) -> None:
    (entry,) = chained([decision("ada")])
    signature = key_of("ada").sign(entry)
    assert is_valid(signature, entry)
    if field == "digest":
        assert not is_valid(signature, replace(entry, digest=changed(entry.digest, place)))
    else:
        text: str = getattr(signature, field)
        assert not is_valid(replace(signature, **{field: changed(text, place)}), entry)


def changed(text: str, place: int) -> str:
    other = "0" if text[place] != "0" else "1"
    return text[:place] + other + text[place + 1 :]


@given(st.text(max_size=70), st.text(max_size=140))
def test_no_text_in_the_place_of_a_signature_is_an_unexpected_error(key: str, text: str) -> None:
    (entry,) = chained([decision("ada")])
    assert not is_valid(Signature(1, key, text), entry)


def test_only_signatures_by_keys_that_were_registered_then_count() -> None:
    entries = chained(
        [
            about(REGISTERED, "ada"),
            decision("ada"),
            decision("eve"),
            about(REVOKED, "ada"),
            decision("ada"),
        ]
    )
    keys = ["ada", "ada", STRANGER, "ada", "ada"]
    signatures = {
        entry.number: key_of(name).sign(entry) for entry, name in zip(entries, keys, strict=True)
    }
    assert signed(entries, signatures) == 1  # entries 1 and 4 are root's
    assert signed(entries, {}) == 0
