"""A card says what the workspace records of a version, and says what it does not."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from core.comparison import compare as comparing
from core.comparison.results import TopicSource
from core.erasure.erase import erase
from core.errors import BrokenChainError, NotFoundError
from core.evaluation.evaluate import evaluate
from core.executions import history
from core.records import from_json, to_json
from core.release import aliases, candidates, check, review
from core.reporting.card import read
from core.reporting.card_words import document
from core.reporting.document import Document, Facts, Items, Paragraph, Table
from core.reporting.rendering import html, markdown
from core.reporting.results import Card
from core.store import Store, open_store
from core.store.frames import read_frame
from core.training.adopt import adopt
from tests import decisions
from tests.conftest import Road
from tests.core.release.conftest import Ready, ready
from tests.core.reporting.test_rendering import HOSTILE, Read, kinds
from tests.core.training.onnx_graphs import folder
from tests.factories import by, set_policy
from tests.tampering import tamper
from tests.workspaces import copied

__all__ = ["ready"]


@pytest.fixture
def approved(ready: Ready, home: Path) -> Iterator[Store]:
    """#3 is in production, #5 is approved; both were tested on their sealed test."""
    opened = open_store(copied(ready.approved, home))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def lenient(road: Road) -> Road:
    """Nothing has to be tested before it is approved."""
    set_policy(road.store)
    return road


def texts(written: Document) -> str:
    """All its sentences and cells, one a line."""

    def within(block: object) -> Iterator[str]:
        match block:
            case Paragraph():
                yield block.text
            case Items():
                yield from block.texts
            case Facts():
                yield from (f"{name}: {text}" for name, text in block.rows)
            case Table():
                yield from (" | ".join(row) for row in [block.columns, *block.rows])

    blocks = [block for section in written.sections for block in section.blocks]
    lines = [line for block in blocks for line in within(block)]
    return "\n".join([written.title, written.lead, *lines, written.end])


def words(store: Store, version: str) -> str:
    return texts(document(read(store, version)))


def test_the_figures_are_those_of_the_evidence(approved: Store, ready: Ready) -> None:
    card = read(approved, ready.versions[1])
    result = candidates.get(approved, 5).result
    assert result is not None
    assert result.comparison is not None
    comparison = comparing.of_execution(approved, result.comparison)
    summary = comparing.summary_of(approved, comparison)
    assert (card.figures.split, card.figures.evaluation) == ("test", result.evaluation)
    assert card.figures.posts == 24
    for figure in card.figures.metrics:
        assert figure.value == summary.metrics[figure.key].candidate
        assert figure.interval == summary.metrics[figure.key].interval_candidate
        assert figure.interval is not None
    changes = comparing.changes_of(approved, comparison)
    assert {group.name for group in card.figures.groups} <= set(changes["topic"])
    assert sum(group.posts for group in card.figures.groups) == 24
    stored = comparing.slices_of(approved, comparison)
    assert stored is not None
    assert (card.limits.slices_split, card.limits.worst_slices) == ("test", ())  # of 24 posts


def test_without_a_comparison_the_intervals_are_its_own(approved: Store, ready: Ready) -> None:
    card = read(approved, ready.versions[0])
    evidence = decisions.check_of(approved, 3)
    own = check.own_intervals(approved, evidence.evaluation)
    assert {each.key: each.interval for each in card.figures.metrics} == {
        each.key: own[each.key] for each in card.figures.metrics
    }
    assert card.figures.topics == TopicSource.CONFUSIONS
    assert card.limits.slices_split == "valid"
    rows = read_frame(approved.artifacts, evidence.evaluation.subreddits)
    right = (rows["recall"] * rows["support"]).sum()
    assert sum(each.posts * each.accuracy for each in card.figures.groups) == pytest.approx(right)


def test_an_alias_stands_for_what_it_names(approved: Store, ready: Ready) -> None:
    by_name, by_version = read(approved, "production"), read(approved, ready.versions[0])
    assert replace(by_name, at=by_version.at) == by_version
    assert by_name.aliases == ("production", "staging")
    assert "Named now by production and staging." in texts(document(by_name))
    assert "No alias names it now." in words(approved, ready.versions[1])


def test_who_decided_and_why(approved: Store, ready: Ready) -> None:
    card = read(approved, ready.versions[0])
    decision = card.decision
    assert (decision.proposed.by, decision.approved.by) == ("ada", "bob")
    assert decision.opened is not None
    assert (decision.opened.by, decision.opened.comment) == ("ada", "first")
    assert decision.approved.comment in texts(document(card))
    told = [each.sentence for each in decision.history]
    to_staging = f"bob released {card.version} to staging"
    assert told == [f"bob released {card.version} to production, no reason given", to_staging]


def test_it_says_that_an_approval_is_void(approved: Store, ready: Ready) -> None:
    assert read(approved, ready.versions[1]).decision.void is None
    set_policy(approved, "[maximum_churn]\nshare = 0.5\n")
    assert "The approval of #5 is void: the policy or the evidence has changed since." in words(
        approved, ready.versions[1]
    )


def test_it_says_that_its_test_was_never_opened(lenient: Road) -> None:
    said = words(lenient.store, decisions.approved(lenient.store, 3))
    assert "Its sealed test was not opened" in said
    assert "Sealed test: not opened for it, or it gave no result" in said
    assert "of the validation split of small" in said


def test_it_says_which_posts_were_erased(lenient: Road) -> None:
    version = decisions.approved(lenient.store, 3)
    assert "What a model learned from a post" not in words(lenient.store, version)
    erase(lenient.store, ["p00007", "p00150", "p00195", "p00220"])
    card = read(lenient.store, version)
    assert [each.erased for each in card.data.splits] == [2, 1, 1]
    assert "What a model learned from a post before it was erased stays" in texts(document(card))


def test_it_says_what_nobody_knows_of_an_adopted_model(lenient: Road, tmp_path: Path) -> None:
    made = adopt(lenient.store, folder(tmp_path / "made"), lenient.snapshot)
    evaluate(lenient.store, made, lenient.snapshot)
    said = words(lenient.store, decisions.approved(lenient.store, made.execution))
    assert "How it was trained is not recorded here" in said
    assert "It is not recorded which posts it was trained on." in said
    assert "Declared to be trained on snapshot small" in said
    assert "Its licence is not recorded here: ask its makers." in said
    assert "Seed" not in said


def test_it_names_where_the_posts_are_from(lenient: Road) -> None:
    card = read(lenient.store, decisions.approved(lenient.store, 3))
    imports = [each.number for each in history.listing(lenient.store, kinds=["import"])]
    assert list(card.data.sources.imports) == imports
    assert "The posts are the words of their authors." in texts(document(card))
    train = card.data.splits[0]
    assert train.begins is not None
    assert train.begins < card.data.splits[1].begins < card.data.splits[2].begins  # type: ignore[operator]


def test_the_json_says_the_same(approved: Store, ready: Ready) -> None:
    card = read(approved, ready.versions[1])
    assert from_json(Card, to_json(card)) == card


def test_an_override_is_said(lenient: Road) -> None:
    store = lenient.store
    set_policy(store, "[minimum_metric]\np_at_1_mean = 1\n")
    with by("ada"):
        review.propose(store, 3)
    with by("bob"):
        done = review.approve(store, 3, comment="fine", override="The demo is tomorrow")
    assert "A failed gate was overridden: “The demo is tomorrow”" in words(store, str(done.version))


def test_what_was_never_approved_has_none(approved: Store) -> None:
    for name in ("20200101.1", "latest", "", "../x"):
        with pytest.raises(NotFoundError):
            read(approved, name)


def test_another_model_under_its_name_has_none(approved: Store, ready: Ready) -> None:
    tamper(approved, "UPDATE models SET digest = (SELECT digest FROM models WHERE execution = 5)")
    with pytest.raises(BrokenChainError):
        read(approved, ready.versions[0])


def everywhere(value: Any, text: str) -> Any:
    """A record with ``text`` wherever it has words of its own, but for what our words depend on."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = ("key", "kind", "split", "slices_split")
        named = {each.name: getattr(value, each.name) for each in fields(value)}
        return replace(
            value, **{k: v if k in kept else everywhere(v, text) for k, v in named.items()}
        )
    if isinstance(value, TopicSource):
        return value
    if isinstance(value, str):
        return text
    if isinstance(value, tuple) and value:
        return tuple(everywhere(each, text) for each in value)
    if isinstance(value, dict):
        return {f"{text}{n}": everywhere(each, text) for n, each in enumerate(value.values())}
    return value


def test_nothing_that_people_named_or_wrote_breaks_out(approved: Store, ready: Ready) -> None:
    card = read(approved, ready.versions[0])
    harmless = document(everywhere(card, "x"))
    page, sections = Read(html(harmless)).tags, kinds(markdown(harmless))
    for text in HOSTILE:
        odd = document(everywhere(card, text))
        assert Read(html(odd)).tags == page
        assert kinds(markdown(odd)) == sections


def test_the_canary_is_told_with_its_share(approved: Store, ready: Ready) -> None:
    with by("bob"):
        aliases.move(approved, "staging", ready.versions[1], expected=ready.versions[0])
        aliases.set_canary(approved, ready.versions[1], share=0.1)
    card = read(approved, ready.versions[1])
    assert card.share == 0.1
    assert "canary (10% of callers)" in texts(document(card))
