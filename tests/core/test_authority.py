"""Whatever writes asks first who acts: tried for every decision."""

import ast
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

import core
import dashboard
from core import audit, jobs
from core.access import keys, members
from core.access.identity import NOBODY, Actor, Role, Way, acting_as
from core.erasure.erase import erase
from core.errors import RefusedError
from core.executions import get, listing, record
from core.executions.annotations import annotate
from core.executions.purpose import request
from core.feedback import erasing, queue, retention, summary
from core.jobs.kinds import CHECK
from core.release import adoption, aliases, openings, review
from core.release.store_sealing import release_store
from core.snapshots import find, rotation
from core.store import Store, open_store
from core.upkeep import garbage
from tests.conftest import Road
from tests.workspaces import copied

CORE, DASHBOARD = Path(core.__file__).parent, Path(dashboard.__file__).parent

DECIDES_NOTHING = re.compile(r"submissions(\.| import .*)\b(keep|answers)\b")
"""The calls of the public's texts and answers, which need no role."""


def sources(folder: Path) -> dict[str, str]:
    """Module -> its code."""
    return {
        ".".join(path.relative_to(folder).with_suffix("").parts): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.py"))
        if "migrations" not in path.parts
    }


def test_transactions_are_begun_and_ended_in_the_store_only() -> None:
    """The contracts of import-linter see to the rest: one module alone imports these."""
    ending = re.compile(r"\.(commit|begin_nested|raw_connection|connect)\(|database\.writer")
    modules = {name for name, code in sources(CORE).items() if ending.search(code)}
    looking = {"store.sqlite_connections", "store.sqlite_health"}
    copying = {"store.excerpt"}  # into a workspace that nobody else has open
    assert modules <= {"store.schema", "store.sqlite", "store.writing"} | looking | copying
    assert not any(ending.search(code) for code in sources(DASHBOARD).values())
    assert not {"write", "append", "begin"} & set(dir(Store))


def test_whatever_asks_nobody_says_why() -> None:
    said = [
        why
        for code in sources(CORE).values()
        for why in re.findall(r"unattended\(\s*[^()]*?because=(\w+|\"[^\"]*\")", code)
    ]
    assert len(said) >= 20
    assert all(why == "WITHIN_A_RUN" or len(why.split()) > 3 for why in said)


def test_pages_keep_texts_of_the_public_only_where_they_are_for_it() -> None:
    pages = {name for name, code in sources(DASHBOARD).items() if DECIDES_NOTHING.search(code)}
    assert pages == {"public_page", "public_service", "views.try_it"}


@pytest.mark.parametrize(
    ("app", "calls"),
    [("app", ("navigation", "run")), ("public_page", ("suggester", "title", "show"))],
)
def test_an_app_knows_its_user_before_any_page_runs(app: str, calls: tuple[str, ...]) -> None:
    body = ast.parse((DASHBOARD / f"{app}.py").read_text(encoding="utf-8")).body
    main = [part for part in body if not isinstance(part, ast.FunctionDef)]
    lines = [
        min(node.lineno for part in main for node in ast.walk(part) if is_call(node, name))
        for name in ("entrance", *calls)
    ]
    assert lines[0] < min(lines[1:])
    assert not any("acting_as" in code for code in sources(DASHBOARD).values())  # or a page could
    # be somebody else than its user


def is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and name in (
        getattr(node.func, "attr", ""),
        getattr(node.func, "id", ""),
    )


def run_nothing(store: Store) -> None:
    with record(store, "train", params={}, inputs={}):
        pass


def name_a_training(store: Store) -> None:
    request(store, get(store, 3), name="a name", note=None)


DECISIONS: dict[str, tuple[Role, Callable[[Store], object]]] = {
    "executions.record.record": (Role.REVIEWER, run_nothing),
    "executions.purpose.request": (Role.REVIEWER, name_a_training),
    "executions.annotations.annotate": (Role.REVIEWER, lambda s: annotate(s, 3, note="hm")),
    "erasure.erase.erase": (Role.ADMIN, lambda s: erase(s, ["p00001"])),
    "feedback.queue.label": (Role.REVIEWER, lambda s: queue.label(s, "public", "cats")),
    "feedback.queue.withdraw": (Role.REVIEWER, lambda s: queue.withdraw(s, "public")),
    "feedback.erasing.erase": (Role.ADMIN, lambda s: erasing.erase(s, ["public"])),
    "feedback.retention.erase_expired": (Role.ADMIN, retention.erase_expired),
    "feedback.summary.add_to_collector": (
        Role.REVIEWER,
        lambda s: summary.add_to_collector(s, "dogs"),
    ),
    "jobs.queue.ask": (Role.REVIEWER, lambda s: jobs.ask(s, CHECK, {}, page="Data")),
    "jobs.queue.cancel": (Role.REVIEWER, lambda s: jobs.cancel(s, 1)),
    "release.review.propose": (Role.REVIEWER, lambda s: review.propose(s, 5)),
    "release.review.comment": (Role.REVIEWER, lambda s: review.comment(s, 3, text="hm")),
    "release.review.approve": (Role.REVIEWER, lambda s: review.approve(s, 3, comment="good")),
    "release.review.reject": (Role.REVIEWER, lambda s: review.reject(s, 3, comment="no")),
    "release.openings.open_test": (
        Role.REVIEWER,
        lambda s: openings.open_test(s, 3, reason="to know"),
    ),
    "release.adoption.adopt": (Role.RELEASER, adoption.adopt),
    "release.aliases.move": (
        Role.RELEASER,
        lambda s: aliases.move(s, "staging", "20260531.1", expected=None),
    ),
    "release.aliases.set_canary": (
        Role.RELEASER,
        lambda s: aliases.set_canary(s, "20260531.1", share=0.1),
    ),
    "release.aliases.clear": (Role.RELEASER, lambda s: aliases.clear(s, "staging")),
    "release.store_sealing.release_store": (
        Role.ADMIN,
        lambda s: release_store(s, find(s, "small"), reason="over"),
    ),
    "release.aliases.rollback": (Role.RELEASER, lambda s: aliases.rollback(s, "production")),
    "access.members.grant": (Role.ADMIN, lambda s: members.grant(s, "eve", Role.REVIEWER)),
    "access.members.withdraw": (Role.ADMIN, lambda s: members.withdraw(s, "dan")),
    "access.members.make_token": (Role.ADMIN, lambda s: members.make_token(s, "t", Role.VIEWER)),
    "access.keys.register": (Role.ADMIN, lambda s: keys.register(s, "cd" * 32, name="dan")),
    "access.keys.revoke": (Role.ADMIN, lambda s: keys.revoke(s, "ab" * 32)),
    "access.members.revoke_token": (Role.ADMIN, lambda s: members.revoke_token(s, "ci")),
    "snapshots.rotation.rotate": (Role.ADMIN, rotation.rotate),
    "upkeep.garbage.collect": (Role.ADMIN, garbage.collect),
}
"""Each function that asks, what it takes, and a call of it."""
INSIDE = {"release.openings._test"}
"""Ask within one of the others."""
BELOW = [(name, held) for name, (needed, _) in DECISIONS.items() for held in Role if held < needed]


def test_every_function_that_asks_is_tried_here() -> None:
    asking = Counter({name: code.count("with acting(") for name, code in sources(CORE).items()})
    assert +asking == Counter(name.rpartition(".")[0] for name in [*DECISIONS, *INSIDE])


@pytest.fixture(scope="module")
def proposed(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A workspace in which #3 waits for review; nothing below may change it."""
    home = tmp_path_factory.mktemp("proposed") / "workspace"
    copied(trained, home)
    store = open_store(home)
    review.propose(store, 3)
    adoption.init_policy(store)
    members.grant(store, "dan", Role.REVIEWER)
    for role in (Role.VIEWER, Role.REVIEWER, Role.RELEASER):
        members.grant(store, f"{role.title}@example.com", role)
    members.make_token(store, "ci", Role.VIEWER)
    keys.register(store, "ab" * 32)
    yield store
    store.engine.dispose()


@pytest.fixture(scope="module")
def watching(proposed: Store) -> Iterator[sqlite3.Connection]:
    """A connection that SQLite tells whenever another one has written."""
    with closing(sqlite3.connect(proposed.home / "signoff.db")) as connection:
        yield connection


@pytest.fixture
def unchanged(proposed: Store, watching: sqlite3.Connection) -> Iterator[None]:
    """No row is written, no file comes or goes."""
    before = versions(watching), files(proposed)
    yield
    assert (versions(watching), files(proposed)) == before


def versions(watching: sqlite3.Connection) -> int:
    """Another number after each write of another connection."""
    return int(watching.execute("PRAGMA data_version").fetchone()[0])


def files(store: Store) -> list[str]:
    return sorted(
        str(path)
        for path in store.home.rglob("*")
        if path.is_file() and not path.name.startswith("signoff.db")
    )


def everything(store: Store) -> tuple[list[str], list[str]]:
    """All rows and all files of a workspace."""
    with closing(sqlite3.connect(store.home / "signoff.db")) as connection:
        return list(connection.iterdump()), files(store)


def test_the_connection_that_watches_sees_a_single_row(
    proposed: Store, watching: sqlite3.Connection
) -> None:
    before = versions(watching)
    review.comment(proposed, 3, text="I am looking at it.")
    assert versions(watching) != before


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("name", "held"), BELOW)
def test_below_the_needed_role_it_is_refused_and_nothing_is_written(
    proposed: Store, name: str, held: Role
) -> None:
    who = Actor(f"{held.title}@example.com", Way.SIGNED_IN)
    needed, decide = DECISIONS[name]
    with acting_as(who), pytest.raises(RefusedError, match=rf"needs the {needed.title} role, "):
        decide(proposed)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", DECISIONS)
@pytest.mark.parametrize("who", [NOBODY, Actor("eve", Way.SIGNED_IN), Actor("ci", Way.TOKEN)])
def test_nobody_a_stranger_and_a_viewers_token_decide_nothing(
    proposed: Store, name: str, who: Actor
) -> None:
    with acting_as(who), pytest.raises(RefusedError, match="cannot"):
        DECISIONS[name][1](proposed)


def test_a_role_withdrawn_between_looking_and_deciding_no_longer_counts(road: Road) -> None:
    bob = Actor("bob@example.com", Way.SIGNED_IN)
    review.propose(road.store, 3)
    members.grant(road.store, bob.name, Role.REVIEWER)
    with acting_as(bob):
        review.comment(road.store, 3, text="I am looking at it.")
    members.withdraw(road.store, bob.name)
    before = everything(road.store)
    with acting_as(bob), pytest.raises(RefusedError, match="cannot reject"):
        review.reject(road.store, 3, comment="no")
    assert everything(road.store) == before


def test_what_is_written_carries_the_name_of_who_acts(road: Road) -> None:
    bob = Actor("bob@example.com", Way.SIGNED_IN)
    members.grant(road.store, bob.name, Role.REVIEWER)
    with acting_as(bob):
        run_nothing(road.store)
        review.propose(road.store, 3)
    assert listing(road.store)[0].by == bob.name
    assert review.comment(road.store, 3, text="mine").events[0].by == bob.name
    assert audit.verify(road.store).broken is None


def test_posts_are_written_by_recorded_runs_only() -> None:
    writing = [
        code
        for code in sources(CORE).values()
        if re.search(r"core\.collect\.posts import .*store_posts", code)
    ]
    assert writing
    assert all(re.search(r"\b(record|run_cached)\(", code) for code in writing)
