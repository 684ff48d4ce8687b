"""Posts for the benchmarks: the real ones where they are, else generated; and a workspace of them.

The workspace is kept between runs. Whatever changed its format meanwhile asks for a new one:
delete ``bench/.scratch``.
"""

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.generate import sizes
from bench.measure import note
from bench.scratch import SCRATCH
from core.collect.files import import_files
from core.errors import NotFoundError
from core.settings import settings
from core.snapshots import create, find
from core.snapshots.rules import Rules
from core.store import Store, open_store
from core.store import posts as posts_table
from core.store.snapshots import Snapshot
from core.text import NORMALISER

GENERATED_POSTS, GENERATED_SUBREDDITS = 220_000, 240
WORDS, OWN_WORDS, OWN_SHARE = 30_000, 60, 0.3
"""Words of the language, words that a subreddit likes, and how often they come."""
TITLE_WORDS, BODY_WORDS, BODY_SHARE = 10, 80, 0.5
COLUMNS = (
    *("id", "created_utc", "title", "selftext", "is_self", "score", "num_comments"),
    *("url", "domain", "over_18", "link_flair_text"),
)
FIRST_UTC = 1_500_000_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A workspace whose snapshot holds the wanted number of posts in its train split, about."""

    home: Path
    snapshot: str
    posts: int
    what: str

    def open(self) -> tuple[Store, Snapshot]:
        """The store and the snapshot, in whatever process asks."""
        store = open_store(self.home)
        return store, find(store, self.snapshot)


def post_files() -> tuple[list[Path], str]:
    """CSV files of posts, one a subreddit, and what to call them."""
    real = sorted(settings().shared_posts.glob("*.csv.gz"))
    if real:
        return real, "real"
    folder = SCRATCH / "generated"
    if not (folder / "complete").exists():
        note("generating posts …")
        write_posts(folder, GENERATED_POSTS, GENERATED_SUBREDDITS)
        (folder / "complete").touch()
    return sorted(folder.glob("*.csv.gz")), "generated"


def imported() -> tuple[Store, str]:
    """A workspace with the posts, imported unless they are there, and what to call them."""
    files, what = post_files()
    store = open_store(SCRATCH / f"workspace-{what}")
    if _stored(store) == 0:
        note(f"importing {len(files)} files …")
        import_files(store, files)
    return store, what


def prepare(posts: int) -> Prepared:
    """Import the posts and freeze ``posts`` of them into an open split, unless it was done before.

    The split is random: that way its size can be chosen freely.

    Raises:
        SystemExit: there are not that many posts.
    """
    store, what = imported()
    name = f"bench-{posts}-n{NORMALISER}"
    try:
        snapshot = find(store, name)
    except NotFoundError:
        note("freezing a snapshot …")
        snapshot, _ = create(store, _rules(posts, _stored(store)), name=name)
    store.engine.dispose()
    return Prepared(store.home, name, snapshot.splits["train"], what)


def write_posts(folder: Path, posts: int, subreddits: int) -> None:
    """Generate posts that can be told apart, one gzip CSV a subreddit."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    words = np.array([np.base_repr(36**3 + n, 36).lower() for n in range(WORDS)])
    first = 0
    for number, size in enumerate(sizes(posts, subreddits, rng=rng).tolist()):
        own = rng.integers(0, WORDS, OWN_WORDS)
        with gzip.open(folder / f"generated{number:04d}.csv.gz", "wt", newline="") as file:
            table = csv.writer(file)
            table.writerow(COLUMNS)
            for n in range(first, first + size):
                body = _text(words, own, BODY_WORDS, rng) if rng.random() < BODY_SHARE else ""
                title = _text(words, own, TITLE_WORDS, rng)
                moment = FIRST_UTC + int(rng.integers(0, 100_000_000))
                address = ("https://reddit.example/", "reddit.example", False, "")
                table.writerow((f"g{n:07d}", moment, title, body, bool(body), n % 97, 3, *address))
        first += size


def _text(
    words: NDArray[np.str_], own: NDArray[np.int64], length: int, rng: np.random.Generator
) -> str:
    """About ``length`` words: some of the subreddit's own, the rest as common as Zipf says."""
    count = 1 + int(rng.poisson(length))
    common = np.minimum(rng.zipf(1.2, count), WORDS) - 1
    chosen = np.where(rng.random(count) < OWN_SHARE, rng.choice(own, count), common)
    return " ".join(words[chosen].tolist())


def _stored(store: Store) -> int:
    with store.read() as session:
        return posts_table.totals(session).posts


def _rules(posts: int, stored: int) -> Rules:
    share = posts / stored
    if share > 0.99:
        raise SystemExit(f"there are {stored:,} posts only: give fewer --posts")
    rest = (1 - share) / 2
    return Rules(split="random", fractions=(share, rest, 1 - share - rest), min_posts=1)
