"""The versions that a server holds."""

import gc
import threading
import weakref

import pytest

from core.errors import NotFoundError, UnavailableError
from core.hints import Alarm
from core.release import aliases
from core.release.aliases import version_for
from core.serving.pool import Pool
from core.serving.suggest import Suggester, load_version
from core.store import Store
from core.store import releases as table
from core.training.train import of_execution
from tests.core.serving.conftest import Served
from tests.factories import by
from tests.workspaces import overwrite


class Loads:
    """Loads in this process, and tells what was loaded."""

    def __init__(self) -> None:
        self.versions: list[str] = []

    def __call__(self, store: Store, version: str) -> Suggester:
        self.versions.append(version)
        return load_version(store, version)


@pytest.fixture
def loads() -> Loads:
    return Loads()


@pytest.fixture
def pool(served: Served, loads: Loads) -> Pool:
    made = Pool(served.store, load=loads)
    made.follow()
    return made


def corrupt(served: Served, version: str) -> bytes:
    """Change the model's file; what it was."""
    with served.store.read() as session:
        found = table.version(session, version)
    assert found is not None
    digest = of_execution(served.store, found.candidate).digest
    path = served.store.artifacts.open(digest)
    before = path.read_bytes()
    overwrite(path, b"changed")
    return before


def mend(served: Served, content: bytes) -> None:
    served.store.artifacts.put_bytes(content)


def test_an_alias_that_moves_is_followed(served: Served, pool: Pool) -> None:
    assert pool.for_caller("x").suggester.version == served.old
    served.move("production", served.new)
    assert pool.for_caller("x").suggester.version == served.old
    pool.follow()
    assert pool.for_caller("x").suggester.version == served.new
    with by("bob"):
        aliases.rollback(served.store, "production")
    pool.follow()
    assert pool.for_caller("x").suggester.version == served.old
    assert pool.serving == {"production": served.old}


def test_nothing_is_loaded_twice_while_it_is_held(served: Served, pool: Pool, loads: Loads) -> None:
    served.move("staging", served.old)
    pool.follow()
    pool.follow()
    assert pool.named("staging").suggester is pool.named(served.old).suggester
    assert pool.for_caller("x").suggester is pool.named(served.old).suggester
    assert loads.versions == [served.old]


@pytest.mark.slow
def test_a_model_goes_with_its_last_request(served: Served, pool: Pool) -> None:
    request = pool.for_caller("x").suggester
    old = weakref.ref(request)
    served.move("production", served.new)
    pool.follow()
    gc.collect()
    assert request.suggest("kitten", k=1)[0].subreddit == "cats"
    del request
    gc.collect()
    assert old() is None


def test_no_request_waits_while_a_model_is_loaded(served: Served, loads: Loads) -> None:
    loading, go_on = threading.Event(), threading.Event()

    def slowly(store: Store, version: str) -> Suggester:
        if version == served.new:
            loading.set()
            assert go_on.wait(60)
        return loads(store, version)

    pool = Pool(served.store, load=slowly)
    pool.follow()
    served.move("production", served.new)
    following = threading.Thread(target=pool.follow)
    following.start()
    assert loading.wait(60)
    assert pool.for_caller("x").suggester.version == served.old
    go_on.set()
    following.join(60)
    assert pool.for_caller("x").suggester.version == served.new


def test_a_model_that_cannot_be_loaded_leaves_the_old_one_and_is_an_alarm(
    served: Served, pool: Pool
) -> None:
    corrupt(served, served.new)
    served.move("production", served.new)
    pool.follow()
    assert pool.for_caller("x").suggester.version == served.old
    (alarm,) = pool.alarms
    assert f"production names {served.new}, which cannot be served" in alarm.title
    assert f"{served.old} keeps answering" in alarm.title
    assert "corrupted" in str(alarm.hint)
    assert pool.public_alarms == [Alarm(alarm.title)]
    assert "corrupted" not in alarm.title
    with by("bob"):
        aliases.rollback(served.store, "production")
    pool.follow()
    assert pool.alarms == []


def test_a_model_that_failed_is_tried_again_after_a_while(
    served: Served, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = corrupt(served, served.new)
    served.move("production", served.new)
    pool.follow()
    mend(served, content)
    pool.follow()  # not at once: reading the file costs as much each time
    assert pool.serving == {"production": served.old}
    monkeypatch.setattr("core.serving.pool.time.monotonic", lambda: 1e12)
    pool.follow()
    assert pool.serving == {"production": served.new}
    assert pool.alarms == []


def test_where_nothing_is_in_production_callers_are_told(served: Served, loads: Loads) -> None:
    pool = Pool(served.store, load=loads)
    with pytest.raises(UnavailableError, match="No version in production is loaded"):
        pool.for_caller("x")
    corrupt(served, served.old)
    pool.follow()
    assert "no version answers for it" in pool.alarms[0].title
    with pytest.raises(UnavailableError):
        pool.for_caller("x")


def test_a_canary_serves_whom_the_release_says(served: Served, pool: Pool) -> None:
    served.canary(0.5)
    pool.follow()
    names = {}
    for number in range(40):
        found = pool.for_caller(f"caller {number}")
        expected = version_for(served.store, f"caller {number}")
        assert expected is not None
        assert found.suggester.version == expected.version
        names[found.name] = found.suggester.version
    assert names == {"canary": served.new, "production": served.old}
    served.canary(0)
    pool.follow()
    assert pool.serving == {"production": served.old}


def test_no_more_is_held_than_was_said(served: Served, loads: Loads) -> None:
    pool = Pool(served.store, most=1, load=loads)
    pool.follow()
    served.move("staging", served.old)
    served.move("tests", served.new)
    pool.follow()
    for name in ("staging", "tests", served.old, served.new):
        assert pool.named(name).name == name
        assert set(pool.serving) == {"production", name}


def test_an_alias_that_was_asked_for_is_followed_too(served: Served, pool: Pool) -> None:
    served.move("staging", served.old)
    pool.follow()
    pool.named("staging")
    served.move("staging", served.new)
    pool.follow()
    assert pool.named("staging").suggester.version == served.new


@pytest.mark.parametrize("name", ["20991231.9", "nothing", "../../etc/passwd", "'; DROP"])
def test_an_unknown_name_is_not_found(pool: Pool, name: str) -> None:
    with pytest.raises(NotFoundError):
        pool.named(name)
    assert pool.alarms == []


def test_a_version_that_cannot_be_loaded_is_not_tried_whenever_a_caller_asks(
    served: Served, pool: Pool, loads: Loads, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = corrupt(served, served.new)
    for _ in range(3):
        with pytest.raises(UnavailableError, match=f"{served.new} cannot be loaded"):
            pool.named(served.new)
    assert loads.versions.count(served.new) == 1
    mend(served, before)
    monkeypatch.setattr("core.serving.pool.time.monotonic", lambda: 1e12)
    assert pool.named(served.new).suggester.version == served.new


def test_a_shadow_is_loaded_as_soon_as_it_is_named(served: Served, pool: Pool) -> None:
    assert pool.shadow is None
    served.move("shadow", served.new)
    pool.follow()
    assert pool.shadow is not None
    assert pool.shadow.version == served.new


def test_a_cleared_alias_is_let_go_without_an_alarm(served: Served, pool: Pool) -> None:
    for name in ("shadow", "staging"):
        served.move(name, served.new)
    pool.follow()
    pool.named("staging")
    assert pool.named(served.new)
    for name in ("shadow", "staging"):
        served.clear(name)
    pool.follow()
    assert pool.serving == {"production": served.old, served.new: served.new}
    assert pool.shadow is None
    assert pool.alarms == []
    with pytest.raises(NotFoundError):
        pool.named("staging")
