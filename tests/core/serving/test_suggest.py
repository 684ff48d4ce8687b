"""What a released version says to a text."""

import pytest

from core.errors import CorruptArtifactError, InputError, NotFoundError
from core.release import aliases
from core.serving.suggest import load_alias, load_version
from core.training.load import load
from tests import decisions
from tests.conftest import Road
from tests.factories import set_policy
from tests.workspaces import overwrite


@pytest.fixture
def released(road: Road) -> Road:
    """The baseline stands in production."""
    set_policy(road.store)
    decisions.released(road.store, 3)
    return road


def test_production_suggests_the_likeliest_first(released: Road) -> None:
    found = load_alias(released.store, "production").suggest("My kitten", "whiskers and purring")
    probabilities = [suggestion.probability for suggestion in found]
    assert found[0].subreddit == "cats"
    assert probabilities == sorted(probabilities, reverse=True)
    assert {suggestion.subreddit for suggestion in found} == set(
        load(released.store, released.baseline).labels
    )


def test_no_more_is_suggested_than_was_asked_for(released: Road) -> None:
    suggester = load_alias(released.store, "production")
    assert len(suggester.suggest("kitten", k=2)) == 2
    assert len(suggester.suggest("kitten", k=50)) == 4


def test_serving_sees_the_line_that_training_saw(released: Road) -> None:
    suggester = load_alias(released.store, "production")
    assert suggester.suggest("ＭＹ  Kitten!") == suggester.suggest("my kitten !")


@pytest.mark.parametrize("title", ["", "  \n", "\x00", "\u200b", "&#x200B;", "&amp;#x200B; &nbsp;"])
def test_no_text_is_refused(released: Road, title: str) -> None:
    with pytest.raises(InputError, match="There is no text"):
        load_alias(released.store, "production").suggest(title)


def test_any_text_gets_an_answer(released: Road) -> None:
    suggester = load_alias(released.store, "production")
    for title in ("zzz", "?", "__label__cats", "</s>", "a\nb", "🚀" * 300, "\udce9x"):
        assert suggester.suggest(title)


def test_an_alias_that_names_nothing_says_how_to_set_it(released: Road) -> None:
    with pytest.raises(NotFoundError) as caught:
        load_alias(released.store, "staging")
    assert "signoff alias set staging" in str(caught.value.hint)


def test_a_corrupted_model_is_not_served(released: Road) -> None:
    path = released.store.artifacts.open(released.baseline.digest)
    overwrite(path, b"changed")
    with pytest.raises(CorruptArtifactError, match=released.baseline.digest[:12]):
        load_version(released.store, aliases.current(released.store)["production"])
