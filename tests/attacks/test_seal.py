"""Nobody gets round the seal by new ids, later times, pieces of posts, or another snapshot."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pyarrow as pa
import pytest

from core.collect.posts import Post
from core.erasure.erase import erase
from core.errors import RefusedError
from core.evaluation.evaluate import evaluate
from core.release import review
from core.release.leakage import Leakage, find_leakage
from core.release.openings import open_test
from core.snapshots import Snapshot, create, find, keys
from core.snapshots.content import split_file, to_parquet
from core.snapshots.holding import held_openly
from core.snapshots.rotation import rotate
from core.snapshots.rules import Rules
from core.store import Store
from core.training.train import of_execution, train
from tests.commands import signoff
from tests.conftest import Road
from tests.decisions import budget_of
from tests.factories import CAREFUL, HOUR, QUICK, fill, make_corpus, make_frozen, set_policy
from tests.tampering import tamper

POSTS = make_corpus()
LATER = 1_000 * HOUR
"""Behind all posts of the workspace, so that no times overlap."""


@pytest.fixture
def store(road: Road) -> Store:
    """#3 and #5 are proposed; the test of ``small`` was opened for #5."""
    set_policy(road.store, CAREFUL)
    for number in (3, 5):
        review.propose(road.store, number)
    open_test(road.store, 5, reason="first")
    return road.store


def as_they_are(title: str, body: str) -> tuple[str, str]:
    return title, body


def again(
    store: Store,
    name: str,
    posts: Sequence[Post] = POSTS,
    *,
    edit: Callable[[str, str], tuple[str, str]] = as_they_are,
    later: int = LATER,
) -> Snapshot:
    """The posts once more, by new ids and with later times, frozen into a snapshot of their own."""
    copies = []
    for n, post in enumerate(posts):
        title, body = edit(post.title, post.body)
        moment = post.created_utc + later
        copies.append(replace(post, id=f"{name}{n}", created_utc=moment, title=title, body=body))
    fill(store, copies)
    rules = Rules(since=copies[0].created_utc, until=copies[-1].created_utc + 1, min_posts=5)
    return create(store, rules, name=name)[0]


def other_posts() -> list[Post]:
    """As many posts of the same subreddits that say something else."""
    return [
        replace(post, title=f"{post.title[::-1]} {n * 7919}", body=post.body[::-1])
        for n, post in enumerate(make_corpus(seed=7))
    ]


@pytest.mark.parametrize(
    "edit",
    [
        as_they_are,
        lambda title, body: (title.upper(), body.upper()),
        lambda title, body: (title, f"{body}!!"),
        lambda title, body: (f"So, {title}", body),
        lambda title, body: ("", f"{title} {body}"),
    ],
    ids=["as they were", "in capitals", "louder", "with a word in front", "without a title"],
)
def test_the_same_posts_by_new_ids_and_with_later_times_are_no_new_test(
    store: Store, edit: Callable[[str, str], tuple[str, str]]
) -> None:
    """Looks already taken at a text count, whichever snapshot it is in."""
    again(store, "again", edit=edit)
    found = budget_of(store, "again")
    assert (found.used, found.elsewhere, found.state) == (1, 1, "in use")
    said = signoff("ledger", "list").out
    assert "Of again, 1 use so far: 1 of them through other snapshots." in said
    open_test(store, 3, reason="a second answer", on="again")
    assert (budget_of(store, "again").used, budget_of(store, "small").used) == (2, 2)
    assert budget_of(store, "small").elsewhere == 1


def test_a_spent_test_is_not_refreshed_by_freezing_its_posts_again(store: Store) -> None:
    set_policy(store, CAREFUL.replace("epsilon = 0.5", "epsilon = 0.3\n").replace("0.1", "0.4"))
    again(store, "again")
    with pytest.raises(RefusedError, match="is spent: 1 uses of 1, 1 of them through other"):
        open_test(store, 3, reason="once more", on="again")


def test_other_posts_are_a_new_test(store: Store) -> None:
    again(store, "fresh", other_posts())
    assert budget_of(store, "fresh").used == 0
    assert budget_of(store, "small").used == 1


def test_among_other_posts_they_are_no_new_test_either(store: Store) -> None:
    mixed = other_posts()
    mixed[-12:] = POSTS[-12:]
    again(store, "half", mixed)
    assert budget_of(store, "half").used == 1


def test_looks_count_also_where_the_posts_were_erased_in_between(store: Store) -> None:

    erase(store, [post.id for post in POSTS[-24:]])
    again(store, "again")
    assert budget_of(store, "again").used == 1


def test_looks_count_after_a_change_of_the_key(store: Store) -> None:
    rotate(store)
    again(store, "again")
    assert budget_of(store, "again").used == 1
    rotate(store)
    again(store, "third", later=2 * LATER)
    assert budget_of(store, "third").used == 1


def test_removing_the_key_gives_no_new_test(store: Store) -> None:
    """What cannot be compared counts as looked at."""
    (store.home / keys.PRESENT).unlink()
    again(store, "again")
    found = budget_of(store, "again")
    assert (found.used, found.elsewhere) == (1, 1)
    open_test(store, 3, reason="next", on="again")


def test_snapshots_from_before_there_were_fingerprints_are_compared_before_an_opening(
    store: Store,
) -> None:
    again(store, "again")
    tamper(store, "DELETE FROM shared_texts; DELETE FROM fingerprints;")
    assert budget_of(store, "again").used == 0
    open_test(store, 3, reason="next", on="again")
    assert budget_of(store, "again").used == 2


@pytest.fixture
def openly(store: Store) -> Snapshot:
    """Another snapshot of the same posts, whose valid split holds most of what ``small`` seals."""
    rules = Rules(fractions=(0.85, 0.14, 0.01), min_posts=5)
    return create(store, rules, name="openly")[0]


def test_a_snapshot_that_holds_sealed_posts_openly_says_so(store: Store, openly: Snapshot) -> None:
    (held,) = held_openly(store, openly)
    assert (held.split, held.sealed.id) == ("valid", "small")
    assert held.share > 0.8
    assert held_openly(store, find(store, "small")) == []
    shown = signoff("snapshot", "show", "openly")
    assert "The valid split of openly contains " in shown.out
    assert "of the texts in the sealed test of small" in shown.out
    (found,) = signoff("snapshot", "show", "openly", "--json").json["holds_sealed"]
    assert (found["snapshot"], found["split"]) == ("small", "valid")


def test_each_model_evaluated_on_sealed_posts_in_the_open_has_looked_at_them(
    store: Store, openly: Snapshot
) -> None:
    used = budget_of(store, "small").used
    for number in (3, 3, 5):
        evaluate(store, of_execution(store, number), openly)
    evaluate(store, of_execution(store, 3), openly, split="train")
    found = budget_of(store, "small")
    assert (found.used, found.in_the_open) == (used + 2, 2)
    assert found.others == (
        "2 of them by evaluating models where another snapshot holds its posts openly"
    )
    said = signoff("evaluate", "3", "--on", "openly")
    assert "uses up that test" in said.out


def test_a_test_can_be_used_up_without_an_opening(store: Store, openly: Snapshot) -> None:
    set_policy(store, CAREFUL.replace("epsilon = 0.5", "epsilon = 0.4"))
    assert budget_of(store, "small").left == 1
    evaluate(store, of_execution(store, 5), openly)
    with pytest.raises(RefusedError, match="is spent: 2 uses of 2, 1 of them by evaluating"):
        open_test(store, 3, reason="next")


def test_who_was_evaluated_on_sealed_posts_in_the_open_is_not_judged_by_them(
    store: Store, openly: Snapshot
) -> None:
    evaluate(store, of_execution(store, 3), openly)
    with pytest.raises(RefusedError, match=r"it was evaluated on .* without an opening"):
        open_test(store, 3, reason="next")


def test_who_was_trained_on_sealed_posts_of_another_snapshot_is_not_judged_by_them(
    store: Store,
) -> None:
    """Also where they came by new ids, long before."""
    again(store, "earlier", later=-LATER)
    model = train(store, find(store, "earlier"), model="fasttext", params=QUICK, seed=1, threads=1)
    review.propose(store, model.execution)
    again(store, "later", POSTS[:216], later=2 * LATER)
    with pytest.raises(RefusedError, match="resemble posts that it was trained on"):
        open_test(store, model.execution, reason="next", on="later")


def halves(text: str) -> list[str]:
    words = text.split()
    return [" ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])]


def thirds(text: str) -> list[str]:
    words, size = text.split(), len(text.split()) // 3
    return [" ".join(words[start : start + size]) for start in (0, size, 2 * size)]


@pytest.mark.parametrize(
    "pieces",
    [
        halves,
        thirds,
        lambda text: [f"{text} and then something that has nothing to do with it, {text[::-1]}"],
        lambda text: [f"Before it: {halves(text)[1]}", f"{halves(text)[0]} and behind it"],
    ],
    ids=["halves", "thirds", "within a longer post", "halves within other posts"],
)
def test_training_on_pieces_of_sealed_posts_is_found(pieces: Callable[[str], list[str]]) -> None:
    sealed = [
        replace(post, title=f"{post.title} {post.title[::-1]}", body=f"{post.id} {post.title[5:]}")
        for post in POSTS[-24:]
    ]
    texts = [piece for post in sealed for piece in pieces(f"{post.title} {post.body}")]
    train = [replace(POSTS[n], id=f"piece{n}", title=text, body="") for n, text in enumerate(texts)]
    found = look_for(train, sealed)
    assert found.counts["same"] == found.counts["same_text"] == 0
    assert found.counts["near"] + found.counts["contained"] == 24
    assert "resemble posts that it was trained on" in found.refused
    assert look_for(POSTS[:200], sealed).refused == ""


def test_one_half_of_each_sealed_post_is_enough() -> None:
    sealed = [
        replace(post, title=f"{post.title} {post.title[::-1]} {post.id}", body=post.title[::-2])
        for post in POSTS[-24:]
    ]
    for half in (0, 1):
        train = [
            replace(POSTS[n], id=f"piece{n}", title=halves(f"{post.title} {post.body}")[half])
            for n, post in enumerate(sealed)
        ]
        assert look_for(train, sealed).counts["contained"] > 20


def test_a_short_title_in_a_long_post_is_no_leak() -> None:
    """It says too little: people ask the same short questions, and use the same phrases."""
    sealed = [replace(post, title=f"what is this, {post.id}", body="") for post in POSTS[-24:]]
    train = [
        replace(POSTS[n], title=f"{post.title} and why does it look at me as it does", body="")
        for n, post in enumerate(sealed)
    ]
    assert look_for(train, sealed).counts["contained"] == 0


def look_for(train: Sequence[Post], sealed: Sequence[Post]) -> Leakage:
    splits = [split_file(pa.py_buffer(to_parquet(make_frozen(posts)))) for posts in (train, sealed)]
    return find_leakage([splits[0]], splits[1], first_moment=None, most_near=0.02)
