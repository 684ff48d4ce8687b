"""Whatever writes asks first who acts: read from the code, and tried for every decision."""

import ast
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import core
import dashboard
from core import audit
from core.access import members
from core.access.identity import NOBODY, Actor, Role, Way, acting_as
from core.erasure.erase import erase
from core.errors import RefusedError
from core.executions import listing, record
from core.feedback import erasing, queue, retention, summary
from core.release import aliases, openings, review
from core.snapshots import rotation
from core.store import Store, open_store
from tests.conftest import Road
from tests.workspaces import copied

CORE, DASHBOARD = Path(core.__file__).parent, Path(dashboard.__file__).parent

WITHOUT_ASKING = {
    "collect.files.import_files": "the posts of an import, within its recorded run",
    "collect.posts.store_posts": "the posts of an import, which is a recorded run and asked first",
    "collect.subreddits._take": "a page of a recorded run, which was asked first",
    "collect.visits._learn": "a page of a recorded run, which was asked first",
    "collect.visits._met": "the end of a visit of a recorded run, which was asked first",
    "collect.visits._take": "a page of a recorded run, which was asked first",
    "erasure.erase._bury": "within a recorded erasure, which asked as it began",
    "erasure.erase._scrub": "the end of an erasure, which asked as it began",
    "erasure.refresh._keep": "an answer of a recorded run, which asked as it began",
    "erasure.refresh.ask": "the end of a round of a recorded run, which asked as it began",
    "store.reaping.reap": "bookkeeping: says of a dead process that it is dead",
    "executions.record._finish": "the end of a recorded run, which asked as it began",
    "feedback.retention._erase_expired": "what users were promised, whoever happens to look",
    "feedback.submissions.answers": "the public's word on suggestions; it decides nothing",
    "feedback.submissions.keep": "the public's texts; they decide nothing",
    "serving.servers.leave": "a server's sign of life: what it serves; it decides nothing",
    "serving.servers.tell": "a server's sign of life: what it serves; it decides nothing",
    "snapshots.erasing.empty": "within a recorded erasure, which asked as it began",
    "snapshots.files.clear": "within a recorded erasure, which asked as it began",
    "snapshots.files.keep": "within a recorded run, which asked as it began",
    "snapshots.rotation._forget": "the end of a change of keys, which asked as it began",
    "snapshots.unsealed.decrypted": "takes the lock to read; changes nothing",
    "store.engine.write": "the transaction itself",
    "store.schema.bring_up_to_date": "opening a workspace with a newer Signoff",
}
"""Every function of core that begins a writing transaction and does not ask, and why not."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A function that begins a writing transaction."""

    name: str
    asks: bool
    """Asks who acts, as the first thing in every such transaction."""


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def called(node: ast.AST) -> set[str]:
    """Names of what is called in ``node``, without what they belong to."""
    return {
        getattr(call.func, "attr", getattr(call.func, "id", ""))
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
    }


def begins(node: ast.AST) -> bool:
    """Whether ``with node`` begins a writing transaction."""
    return isinstance(node, ast.Call) and (
        getattr(node.func, "attr", "") == "begin"
        or (getattr(node.func, "attr", "") == "write" and not node.args)
    )


def appends(node: ast.AST) -> bool:
    """Whether it is ``store.append(...)``, a transaction in one call."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "store.append"


def asks_first(body: list[ast.stmt], known: Mapping[str, ast.FunctionDef]) -> bool:
    """Whether the first statement asks; by a function of the same module, whose first does."""
    first = called(body[0])
    if "authorise" in first:
        return True
    said = {name for name in first & known.keys() if "authorise" in called(code(known[name])[0])}
    return bool(said)


def code(function: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of a function behind its docstring."""
    return function.body[1:] if ast.get_docstring(function) else function.body


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def writers(tree: ast.Module, module: str) -> Iterator[Writer]:
    """The writers of a module."""
    known = functions(tree)
    for name, function in known.items():
        bodies = [
            node.body
            for node in ast.walk(function)
            if isinstance(node, ast.With)
            if any(begins(item.context_expr) for item in node.items)
        ]
        if any(appends(node) for node in ast.walk(function)):
            yield Writer(f"{module}.{name}", asks=False)
        elif bodies:
            yield Writer(f"{module}.{name}", all(asks_first(body, known) for body in bodies))


@cache
def all_writers() -> list[Writer]:
    return [
        writer
        for path in sorted(CORE.rglob("*.py"))
        if "migrations" not in path.parts
        for writer in writers(
            parsed(path),
            ".".join(path.relative_to(CORE).with_suffix("").parts),
        )
    ]


def test_every_function_that_writes_asks_first_or_is_listed_with_its_reason() -> None:
    assert {writer.name for writer in all_writers() if not writer.asks} == WITHOUT_ASKING.keys()


@pytest.mark.parametrize(
    ("body", "asks"),
    [
        ("authorise(session, 1)\n  go(session)", True),
        ("actor = access.authorise(session, 1)", True),
        ("helper(session)", True),
        ("go(session)\n  authorise(session, 1)", False),
        ("helpless(session)", False),
        ("go(session)", False),
    ],
)
def test_the_reader_of_code_sees_who_asks_first(body: str, asks: bool) -> None:
    source = (
        "def helper(session):\n 'Asks.'\n authorise(session)\n"
        "def helpless(session):\n go(session)\n authorise(session)\n"
        f"def f(store):\n with store.write() as session:\n  {body}\n"
    )
    assert list(writers(ast.parse(source), "m")) == [Writer("m.f", asks)]


def test_transactions_are_begun_and_ended_in_the_store_only() -> None:
    found = {
        path.relative_to(CORE.parent).as_posix()
        for folder in (CORE, DASHBOARD)
        for path in folder.rglob("*.py")
        if called(parsed(path))
        & {"commit", "begin_nested", "raw_connection", "connect"}
        - ({"connect"} if "migrations" in path.parts else set())
    }
    assert found <= {"core/store/engine.py", "core/store/schema.py"}


def uses(tree: ast.Module, name: str) -> bool:
    """Whether a module calls or imports the function ``package.module.function`` of core."""
    module, _, function = name.rpartition(".")
    calls = {ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == f"core.{module}"
        for alias in node.names
    }
    return function in imported or f"{module.rpartition('.')[2]}.{function}" in calls


def test_pages_write_through_functions_of_core_that_ask() -> None:
    """Of those that need not, pages call what is open to the public, on those that are for it."""
    found = set()
    for path in DASHBOARD.rglob("*.py"):
        tree = parsed(path)
        assert not any(begins(node) for node in ast.walk(tree)), path
        found |= {(path.stem, name) for name in WITHOUT_ASKING if uses(tree, name)}
    public = {name for name in WITHOUT_ASKING if name.startswith("feedback.")}
    pages = ("demo", "public", "try_it")
    assert {(page, "feedback.submissions.keep") for page in pages} <= found
    assert found <= {(page, name) for page in pages for name in public}


@pytest.mark.parametrize(
    ("app", "calls"), [("app", ("navigation", "run")), ("demo", ("suggester", "title", "show"))]
)
def test_an_app_knows_its_visitor_before_any_page_runs(app: str, calls: tuple[str, ...]) -> None:
    body = parsed(DASHBOARD / f"{app}.py").body
    main = [part for part in body if not isinstance(part, ast.FunctionDef)]
    lines = [
        min(node.lineno for part in main for node in ast.walk(part) if is_call(node, name))
        for name in ("entrance", *calls)
    ]
    assert lines[0] < min(lines[1:])
    acting_as = [p for p in DASHBOARD.rglob("*.py") if "acting_as" in p.read_text(encoding="utf-8")]
    assert acting_as == []  # else a page could be somebody else than its visitor


def is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and name in (
        getattr(node.func, "attr", ""),
        getattr(node.func, "id", ""),
    )


def run_nothing(store: Store) -> None:
    with record(store, "train", params={}, inputs={}):
        pass


DECISIONS: dict[str, tuple[Role, Callable[[Store], object]]] = {
    "executions.record.record": (Role.REVIEWER, run_nothing),
    "erasure.erase.erase": (Role.ADMIN, lambda s: erase(s, ["p00001"])),
    "feedback.queue.label": (Role.REVIEWER, lambda s: queue.label(s, "public", "cats")),
    "feedback.erasing.erase": (Role.ADMIN, lambda s: erasing.erase(s, ["public"])),
    "feedback.retention.erase_expired": (Role.ADMIN, retention.erase_expired),
    "feedback.summary.add_to_collector": (
        Role.REVIEWER,
        lambda s: summary.add_to_collector(s, "dogs"),
    ),
    "release.review.propose": (Role.REVIEWER, lambda s: review.propose(s, 5)),
    "release.review.comment": (Role.REVIEWER, lambda s: review.comment(s, 3, text="hm")),
    "release.review.approve": (Role.REVIEWER, lambda s: review.approve(s, 3, comment="good")),
    "release.review.reject": (Role.REVIEWER, lambda s: review.reject(s, 3, comment="no")),
    "release.openings.open_test": (
        Role.REVIEWER,
        lambda s: openings.open_test(s, 3, reason="to know"),
    ),
    "release.aliases.move": (
        Role.RELEASER,
        lambda s: aliases.move(s, "staging", "20260531.1", expected=None),
    ),
    "release.aliases.set_canary": (
        Role.RELEASER,
        lambda s: aliases.set_canary(s, "20260531.1", share=0.1),
    ),
    "release.aliases.clear": (Role.RELEASER, lambda s: aliases.clear(s, "staging")),
    "release.aliases.rollback": (Role.RELEASER, lambda s: aliases.rollback(s, "production")),
    "access.members.grant": (Role.ADMIN, lambda s: members.grant(s, "eve", Role.REVIEWER)),
    "access.members.withdraw": (Role.ADMIN, lambda s: members.withdraw(s, "dan")),
    "access.members.make_token": (Role.ADMIN, lambda s: members.make_token(s, "t", Role.VIEWER)),
    "access.members.revoke_token": (Role.ADMIN, lambda s: members.revoke_token(s, "ci")),
    "snapshots.rotation.rotate": (Role.ADMIN, rotation.rotate),
}
"""Each function that asks, what it takes, and a call of it."""
INSIDE = {"release.openings._test"}
"""Ask within one of the others."""
BELOW = [(name, held) for name, (needed, _) in DECISIONS.items() for held in Role if held < needed]


def test_every_function_that_asks_is_tried_here() -> None:
    asking = {writer.name for writer in all_writers() if writer.asks}
    assert asking - INSIDE == DECISIONS.keys()


@pytest.fixture(scope="module")
def proposed(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A workspace in which #3 waits for review; nothing below may change it."""
    home = tmp_path_factory.mktemp("proposed") / "workspace"
    copied(trained, home)
    store = open_store(home)
    review.propose(store, 3)
    members.grant(store, "dan", Role.REVIEWER)
    for role in (Role.VIEWER, Role.REVIEWER, Role.RELEASER):
        members.grant(store, f"{role.title}@example.com", role)
    members.make_token(store, "ci", Role.VIEWER)
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
    trees = [parsed(path) for path in CORE.rglob("*.py")]
    importing = [tree for tree in trees if uses(tree, "collect.posts.store_posts")]
    assert importing
    assert all("record" in called(tree) for tree in importing)
