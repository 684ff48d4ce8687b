"""Training and serving see the same line of the same post."""

import re
from collections.abc import Sequence

import orjson
import pytest

from core.api.schemas import Post
from core.collect.files import import_files
from core.serving.model import LocalModel
from core.serving.suggest import Suggester
from core.settings import settings
from core.snapshots import create, load_split
from core.snapshots.rules import Rules
from core.store import Store
from core.store.posts import StoredPost, posts_by_id
from core.text import fields, post_of, without_domain
from core.training.classifier import Predictions

FILES, POSTS = 20, 10_000


class Listening:
    """A classifier that keeps what it is asked."""

    labels = ("cats",)

    def __init__(self) -> None:
        self.lines: list[str] = []

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        self.lines += lines
        return Predictions.none(len(lines), k)


def link(post: StoredPost) -> str:
    """What a client sends of a post: Reddit gives a text post the address of its own page."""
    return "" if re.search(r"/r/\w+/comments/", post.url) else post.url


@pytest.mark.slow
@pytest.mark.real_posts
def test_of_10_000_real_posts_serving_sees_the_lines_that_training_saw(store: Store) -> None:
    """What a service sends as JSON, against what was imported, frozen and is trained on."""
    files = sorted(settings().shared_posts.glob("*.csv.gz"))[:FILES]
    if len(files) < FILES:
        pytest.skip("no real posts: set SIGNOFF_SHARED_POSTS to where they are")
    import_files(store, files)
    frozen = load_split(store, create(store, Rules(min_posts=1))[0], "train")
    ids = frozen.ids[:POSTS]
    assert len(ids) == POSTS
    with store.read() as session:
        posts = posts_by_id(session, ids)
    sent = [
        orjson.dumps({"title": post.title, "text": post.body, "url": link(post)})
        for post in map(posts.__getitem__, ids)
    ]
    asked = [Post.model_validate_json(one) for one in sent]
    listening = Listening()
    said = Suggester("20260531.1", LocalModel(listening)).suggest_many(
        [post_of(p.title, p.text, p.url) for p in asked]
    )
    assert said == [[] for _ in ids]
    for said_line, line in zip(listening.lines, frozen.lines[:POSTS], strict=True):
        # Nothing tells a title that links nowhere from one whose link was not sent.
        assert said_line == (line if fields(said_line).domain else without_domain(line))
