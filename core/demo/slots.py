"""Fill the slots of a template: "My {thing} broke" becomes "My oven broke"."""

import re
from collections.abc import Iterable, Mapping
from random import Random

Words = Mapping[str, tuple[str, ...]]

WORD_KINDS = {
    "thing": "things",
    "gear": "gear",
    "stuff": "stuff",
    "topic": "topics",
    "action": "actions",
    "person": "people",
    "place": "places",
    "common": "common",
    "lately": "lately",
}
ASIDES = {"common", "lately"}  # when it happened, and since when it has been going on
NUMBERS = {
    "number": [str(n) for n in range(2, 31)],
    "few": [str(n) for n in range(2, 8)],
    "age": [str(n) for n in range(19, 65)],
    "decade": [str(n) for n in range(20, 80, 10)],
    "ordinal": [f"{n}th" for n in range(4, 20)],
    "price": [str(n) for n in range(15, 900, 5)],
    "year": [str(n) for n in range(1994, 2025)],
}

_SLOT = re.compile(r"\{(a_)?([a-z]+)(\d?)\}")
_BRACE = re.compile(r"[{}]")
_SENTENCE_START = re.compile(r"(^|[.?!] )([a-z])(?![A-Z])")
_VOWEL_SOUND = re.compile(
    r"[aeio]|u(?!ni|se|sb|k\b)|hour|(?:ssd|sql|html|npc|rpg|led|fm|mp)\b", re.IGNORECASE
)
_CONSONANT_SOUND = re.compile(r"one\b|once\b|eu", re.IGNORECASE)


def needed(templates: Iterable[str]) -> dict[str, int]:
    """Return how many different words of each kind one template needs at most, by list name.

    Raises ValueError naming the first slot that does not exist.
    """
    most: dict[str, int] = {}
    for template in templates:
        for kind, count in _kinds(template).items():
            most[kind] = max(most.get(kind, 0), count)
    return most


def _kinds(template: str) -> dict[str, int]:
    if _BRACE.search(_SLOT.sub("", template)):
        raise ValueError(f"a slot is not well formed in {template!r}")
    slots = {(kind, digit) for _, kind, digit in _SLOT.findall(template)}
    for kind, _ in sorted(slots):
        if kind not in WORD_KINDS and kind not in NUMBERS:
            raise ValueError(f"there is no slot {{{kind}}}, used in {template!r}")
    kinds = [WORD_KINDS[kind] for kind, _ in slots if kind in WORD_KINDS]
    return {kind: kinds.count(kind) for kind in kinds}


def article(phrase: str) -> str:
    """Return "an" or "a", by the sound the phrase begins with as far as spelling tells it."""
    vowel = _VOWEL_SOUND.match(phrase) and not _CONSONANT_SOUND.match(phrase)
    return "an" if vowel else "a"


class Filler:
    """Fills templates of one post: a slot keeps its word, so that title and body agree."""

    def __init__(self, words: Words, *, rng: Random) -> None:
        self._words = words
        self._rng = rng
        self._chosen: dict[tuple[str, str], str] = {}

    def fill(self, template: str) -> str:
        """Return the template with all slots filled and its sentences capitalised."""
        filled = _SLOT.sub(self._replace, template)
        return _SENTENCE_START.sub(lambda m: m[1] + m[2].upper(), filled)

    def _replace(self, match: re.Match[str]) -> str:
        wants_article, kind, digit = match.groups()
        if kind in NUMBERS:
            return self._rng.choice(NUMBERS[kind])
        if kind in ASIDES:  # better varied than repeated within a post
            return self._rng.choice(self._words[kind])
        word = self._word(kind, digit)
        return f"{article(word)} {word}" if wants_article else word

    def _word(self, kind: str, digit: str) -> str:
        if (kind, digit) not in self._chosen:
            taken = {word for (other, _), word in self._chosen.items() if other == kind}
            free = [word for word in self._words[WORD_KINDS[kind]] if word not in taken]
            # A word may hold a number of its own: "find a flat under {price}".
            self._chosen[kind, digit] = _SLOT.sub(self._replace, self._rng.choice(free))
        return self._chosen[kind, digit]
