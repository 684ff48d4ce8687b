"""Write the text of one post: which voice speaks, and how many sentences it says."""

from dataclasses import dataclass
from datetime import date
from random import Random

from core.demo.slots import Filler
from core.demo.wordlists import Common, Lists, Subreddit, Voice

GENERIC_SHARE = 0.19  # posts that say nothing of their subreddit: no model can place them
STRAY_SHARE = 0.3  # posts about a neighbour's matters, such as Python in r/learnprogramming
SHARED_SENTENCE_SHARE = 0.45  # body sentences that could stand anywhere
STRAY_KINDS = ("topics", "actions", "stuff", "gear")
TAIL_SHARE = 0.06
LOWERCASE_SHARE = 0.07  # some people never use capitals


@dataclass(frozen=True, slots=True)
class Text:
    """A post's title and body; the body is used only if the post turns out a self post."""

    title: str
    body: str


def write_text(
    lists: Lists, subreddit: Subreddit, day: date, *, rng: Random, strays: bool = True
) -> Text:
    """Return a text for a post in `subreddit` on `day`; neither title nor body is ever empty.

    `strays`: whether some mix in a neighbour's matters, which keeps models from knowing everything,
    but seldom makes sense to somebody who reads them.
    """
    voice = _voice_of_the_day(subreddit, day, rng=rng)
    if strays and rng.random() < STRAY_SHARE:
        voice = _strayed(voice, _neighbours(lists, subreddit, day), rng=rng)
    generic = rng.random() < GENERIC_SHARE
    filler = Filler(voice.words, rng=rng)
    title = filler.fill(rng.choice((lists.common.voice if generic else voice).titles))
    body = _body(voice, lists.common, filler, generic=generic, rng=rng)
    return _styled(title, body, lists.common, rng=rng)


def _voice_of_the_day(subreddit: Subreddit, day: date, *, rng: Random) -> Voice:
    event = subreddit.event
    if event and event.covers(day) and rng.random() < event.share:
        return event.voice
    return subreddit.voice


def _neighbours(lists: Lists, subreddit: Subreddit, day: date) -> list[Subreddit]:
    """Return the other subreddits of the same topic that exist on this day."""
    same = [s for s in lists.subreddits if s.topic == subreddit.topic and s.is_open(day)]
    return [s for s in same if s is not subreddit]


def _strayed(voice: Voice, neighbours: list[Subreddit], *, rng: Random) -> Voice:
    """Return the voice with a neighbour's matters in its own templates.

    Things and places stay, for "my oven is barking" helps nobody. A neighbour's list may be
    shorter than these templates need, so it comes beside one's own, not in its stead.
    """
    if not neighbours:
        return voice
    other = rng.choice(neighbours).voice.words
    words = {kind: other.get(kind, ()) + voice.words.get(kind, ()) for kind in STRAY_KINDS}
    return Voice(voice.titles, voice.bodies, {**voice.words, **words})


def _body(voice: Voice, common: Common, filler: Filler, *, generic: bool, rng: Random) -> str:
    """Return one to four different sentences, all of them shared ones if the post is generic."""
    own, shared = list(voice.bodies), list(common.voice.bodies)
    rng.shuffle(own)
    rng.shuffle(shared)
    chance = 1.0 if generic else SHARED_SENTENCE_SHARE
    count = min(rng.choice((1, 2, 2, 3, 3, 4)), len(own), len(shared))
    picked = [(shared if rng.random() < chance else own).pop() for _ in range(count)]
    return " ".join(filler.fill(template) for template in picked)


def _styled(title: str, body: str, common: Common, *, rng: Random) -> Text:
    if common.title_tails and title[-1].isalnum() and rng.random() < TAIL_SHARE:
        title = f"{title}{rng.choice(common.title_tails)}"
    if rng.random() < LOWERCASE_SHARE:
        return Text(title.lower(), body.lower())
    return Text(title, body)
