"""The word lists under core/demo/lists, loaded and checked into frozen values.

A folder holds `common.toml` and `subreddits/*.toml`. One file is one topic: its `[shared]` words
and templates belong to each of its subreddits, which is what makes them easy to confuse.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from core.demo.slots import ASIDES, WORD_KINDS, Words, needed
from core.demo.tables import Table, read_table

_VOICE_KEYS = {"titles", "bodies", *WORD_KINDS.values()} - ASIDES
_SUBREDDIT_KEYS = _VOICE_KEYS | {"name", "self_share", "first_day", "domains", "flairs", "event"}


@dataclass(frozen=True, slots=True)
class Voice:
    """What posts are made from: words by kind, and templates of titles and body sentences."""

    titles: tuple[str, ...]
    bodies: tuple[str, ...]
    words: Words = field(hash=False)

    def over(self, other: "Voice") -> "Voice":
        """Return both voices together, this one's entries first."""
        kinds = self.words.keys() | other.words.keys()
        words = {k: _joined(self.words.get(k, ()), other.words.get(k, ())) for k in sorted(kinds)}
        titles, bodies = _joined(self.titles, other.titles), _joined(self.bodies, other.bodies)
        return Voice(titles, bodies, words)


@dataclass(frozen=True, slots=True)
class Event:
    """Days, both included, on which a share (0 to 1) of posts speaks with another voice."""

    first_day: date
    last_day: date
    share: float
    voice: Voice

    def covers(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class Subreddit:
    """One subreddit: `topic` is its file's stem, `self_share` from 0 (all links) to 1."""

    name: str
    topic: str
    self_share: float
    first_day: date | None
    domains: tuple[str, ...]
    flairs: tuple[str, ...]
    voice: Voice
    event: Event | None

    def is_open(self, day: date) -> bool:
        """Say whether the subreddit exists on this day; without a first day it always did."""
        return self.first_day is None or day >= self.first_day


@dataclass(frozen=True, slots=True)
class Common:
    """Phrases that say nothing about the subreddit they appear in."""

    voice: Voice
    title_tails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lists:
    """All word lists; subreddits in the order of file names, then as written."""

    common: Common
    subreddits: tuple[Subreddit, ...]


def load_lists(folder: Path) -> Lists:
    """Load and check the word lists of a folder.

    Raises InputError naming the file and, where there is one, the subreddit.
    """
    common = _common(read_table(folder / "common.toml"))
    files = sorted((folder / "subreddits").glob("*.toml"))
    subreddits = tuple(s for file in files for s in _subreddits(file, common.voice))
    _check_names(folder, subreddits)
    return Lists(common, subreddits)


def _common(table: Table) -> Common:
    table.only({"titles", "bodies", "title_tails"} | ASIDES)
    voice = Voice(
        table.texts("titles"),
        table.texts("bodies"),
        {kind: table.texts(kind) for kind in sorted(ASIDES)},
    )
    _check_voice(table, voice)
    return Common(voice, table.texts("title_tails"))


def _subreddits(file: Path, common: Voice) -> Iterable[Subreddit]:
    table = read_table(file)
    table.only({"shared", "event", "subreddit"})
    shared = table.table("shared")
    shared.only(_VOICE_KEYS | {"domains", "flairs"})
    for position, entry in enumerate(table.tables("subreddit"), start=1):
        place = f"r/{entry.raw.get('name') or f'? (entry {position})'}"
        one = Table(f"{file.name}, {place}", entry.raw)
        yield _subreddit(one, topic=file.stem, whole=table, common=common)


def _subreddit(one: Table, *, topic: str, whole: Table, common: Voice) -> Subreddit:
    one.only(_SUBREDDIT_KEYS)
    shared = whole.table("shared")
    words_only = Voice((), (), common.words)
    voice = _voice(one).over(_voice(shared)).over(words_only)
    _check_voice(one, voice)
    domains = _joined(one.texts("domains"), shared.texts("domains"))
    if not domains:
        raise one.refuse("'domains' is empty here and in [shared]")
    return Subreddit(
        name=one.text("name"),
        topic=topic,
        self_share=one.share("self_share"),
        first_day=one.day("first_day") if "first_day" in one.raw else None,
        domains=domains,
        flairs=_joined(one.texts("flairs"), shared.texts("flairs")),
        voice=voice,
        event=_event(one, whole=whole, usual=voice) if "event" in one.raw else None,
    )


def _event(one: Table, *, whole: Table, usual: Voice) -> Event:
    """Read a subreddit's event: its dates and share stand once, in the file's own [event]."""
    own, shared = one.table("event"), Table(one.where, whole.table("event").raw)
    own.only(_VOICE_KEYS)
    shared.only(_VOICE_KEYS | {"from", "until", "share"})
    voice = _voice(own).over(_voice(shared))
    lacking = {kind: words for kind, words in usual.words.items() if kind not in voice.words}
    voice = Voice(voice.titles, voice.bodies, {**voice.words, **lacking})
    _check_voice(one, voice)
    return Event(shared.day("from"), shared.day("until"), shared.share("share"), voice)


def _voice(table: Table) -> Voice:
    kinds = [kind for kind in WORD_KINDS.values() if kind in table.raw]
    words = {kind: table.texts(kind) for kind in kinds}
    return Voice(table.texts("titles"), table.texts("bodies"), words)


def _check_voice(table: Table, voice: Voice) -> None:
    if not voice.titles or not voice.bodies:
        raise table.refuse(f"{'bodies' if voice.titles else 'titles'!r} is empty")
    try:
        counts = needed(voice.titles + voice.bodies)
    except ValueError as error:
        raise table.refuse(str(error)) from error
    for kind, count in sorted(counts.items()):
        # Title and body choose from one list, and a slot with a number needs a word of its own.
        if len(voice.words.get(kind, ())) < count + 1:
            raise table.refuse(f"{kind!r} needs at least {count + 1} entries for its templates")


def _check_names(folder: Path, subreddits: tuple[Subreddit, ...]) -> None:
    if not subreddits:
        raise Table(str(folder), {}).refuse("there is no list in subreddits/*.toml")
    seen: set[str] = set()
    for one in subreddits:
        if one.name.lower() in seen:
            raise Table(f"{one.topic}.toml, r/{one.name}", {}).refuse("this name is used twice")
        seen.add(one.name.lower())


def _joined(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """Join without repeats, keeping the order: a repeat would be drawn twice as often."""
    return tuple(dict.fromkeys(first + second))
