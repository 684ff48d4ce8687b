"""What was acknowledged is kept, whatever becomes of the server; and switches go unnoticed."""

import csv
import itertools
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import text

from core.api import service
from core.api.app import Options
from core.feedback.submissions import Sent, answer, keep
from core.release import aliases
from core.serving.model import Suggestion
from core.store import Store, open_store
from core.store.writing import write
from tests.commands import SIGNOFF
from tests.core.api.conftest import TITLE, Api, Serve, served
from tests.core.serving.conftest import Served
from tests.core.serving.test_process import has_ended, wait_until
from tests.factories import by

__all__ = ["served"]

pytestmark = pytest.mark.slow

WRITERS, EACH = 20, 15
LOCUSTFILE = Path(__file__).with_name("locustfile.py")


@pytest.fixture(autouse=True, scope="module")
def forked_workers() -> None:
    """Not here: the processes are those of a real server, and these tests look for them."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def signoff_serve(*command: str | Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server on the workspace of this test, and its address.

    Args:
        command: what starts it, in the place of the installed ``signoff``.
    """
    port = free_port()
    process = subprocess.Popen(
        [*(command or [SIGNOFF]), "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=os.environ["HOME"],
    )
    address = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        assert process.poll() is None
        try:
            return httpx.get(f"{address}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_until(ready)
        yield process, address
    finally:
        process.kill()
        process.wait()


def test_a_server_that_is_killed_loses_nothing_it_acknowledged(served: Served) -> None:
    acknowledged: list[tuple[str, str]] = []
    lock = threading.Lock()

    def ask(address: str, number: int) -> None:
        with httpx.Client(base_url=address) as client:
            for count in itertools.count():
                name = f"sub{number}x{count}"
                asked = {"posts": [{"title": TITLE}]}
                try:
                    said = client.post("/v1/predict", json=asked).json()
                    public = said["predictions"][0]["submission"]
                    body = {"submission": public, "subreddit": name}
                    if client.post("/v1/feedback", json=body).status_code != 200:
                        return
                except (httpx.TransportError, ValueError):
                    return
                with lock:
                    acknowledged.append((public, name))

    with signoff_serve() as (process, address), ThreadPoolExecutor(8) as pool:
        children = psutil.Process(process.pid).children(recursive=True)
        asking = [pool.submit(ask, address, number) for number in range(8)]
        wait_until(lambda: len(acknowledged) >= 50)
        os.kill(process.pid, signal.SIGKILL)
        for one in asking:
            one.result()
    connection = sqlite3.connect(served.store.home / "signoff.db")
    kept = connection.execute(
        "SELECT s.public, f.subreddit FROM feedback f JOIN submissions s ON s.id = f.submission"
    ).fetchall()
    whole = connection.execute("PRAGMA integrity_check").fetchall()
    connection.close()
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))
    assert whole == [("ok",)]
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []  # nor does a model outlive its server


def test_a_server_that_is_asked_to_end_answers_first_and_says_goodbye(served: Served) -> None:
    with signoff_serve() as (process, address), httpx.Client(base_url=address) as client:
        wait_until(lambda: bool(rows(served.store, "SELECT 1 FROM servers")))
        posts = [{"title": TITLE}] * 1_000
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(lambda: client.post("/v1/predict", json={"posts": posts}))
            process.send_signal(signal.SIGTERM)
            try:
                said = answer.result()
            except httpx.ConnectError:
                said = None  # it had ended before it was asked
        assert said is None or said.status_code in (200, 503)
        assert process.wait(60) in (0, -signal.SIGTERM)
    assert rows(served.store, "SELECT 1 FROM servers") == []


def test_what_cannot_be_kept_in_time_is_answered_and_says_so(served: Served, api: Api) -> None:
    with write(served.store) as session:
        session.execute(text("SELECT 1"))
        said = api.predict()
    (prediction,) = said.json()["predictions"]
    assert prediction["submission"] is None
    assert prediction["suggestions"][0]["subreddit"] == "cats"
    assert 'signoff_unkept_total{source="api"} 1.0' in api.client.get("/metrics").text
    public = api.submission()  # and then all is as before
    assert (public,) in rows(served.store, "SELECT public FROM submissions")


def test_what_a_slow_model_says_is_kept(
    served: Served, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "KEEP_SECONDS", 1.0)
    before = workers()
    api.version(version=served.new)
    (model,) = workers() - before
    model.suspend()
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(api.submission, version=served.new)
        time.sleep(1.1)
        model.resume()
        assert (waiting.result(),) in rows(served.store, "SELECT public FROM submissions")


def test_a_server_goes_on_when_the_process_that_keeps_was_killed(served: Served, api: Api) -> None:
    first = api.submission()
    of_this = psutil.Process().children()
    (writer,) = [one for one in of_this if holds(one, served.store.home / "signoff.db")]
    writer.kill()
    writer.wait()
    wait_until(lambda: api.submission() is not None)
    assert (first,) in rows(served.store, "SELECT public FROM submissions")


def workers() -> set[psutil.Process]:
    return set(psutil.Process().children())


def predicting() -> int:
    """Threads that ask a version."""
    return sum(thread.name == "predict" for thread in threading.enumerate())


def test_a_version_that_hangs_holds_up_its_own_callers_only(served: Served, api: Api) -> None:
    before = workers()
    assert api.version(version=served.new) == served.new
    (model,) = workers() - before
    model.suspend()
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(api.version, version=served.new)
        assert [api.version() for _ in range(3)] == [served.old] * 3
        assert not waiting.done()
        model.resume()
        assert waiting.result() == served.new


def test_a_version_that_is_put_out_leaves_neither_thread_nor_process(
    served: Served, serve: Serve
) -> None:
    api = serve(Options(versions=1))
    api.version()
    before, threads = workers(), predicting()
    assert api.version(version=served.new) == served.new
    (model,) = workers() - before
    assert predicting() == threads + 1
    assert api.version(version=served.old) == served.old  # in its place
    wait_until(lambda: has_ended(model) and predicting() == threads)


def test_a_server_ends_though_a_model_hangs(served: Served) -> None:
    """It waits for answers for less long than usual here."""
    impatient = (
        "from core.api import run as api; api.END_SECONDS = 3; from core.cli.main import run"
    )
    with signoff_serve(sys.executable, "-c", f"{impatient}; run()") as (process, address):
        before = set(psutil.Process(process.pid).children())
        asked = {"posts": [{"title": TITLE}], "version": served.new}
        assert httpx.post(f"{address}/v1/predict", json=asked, timeout=60).status_code == 200
        (model,) = set(psutil.Process(process.pid).children()) - before
        model.suspend()
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{address}/v1/predict", json=asked, timeout=0.5)
        process.terminate()
        process.wait(30)
        model.resume()
        wait_until(lambda: has_ended(model))


def holds(process: psutil.Process, path: Path) -> bool:
    """Whether a process has a file open."""
    try:
        return path.resolve() in {Path(one.path) for one in process.open_files()}
    except psutil.Error:
        return False


def rows(store: Store, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(store.home / "signoff.db")
    found = connection.execute(query).fetchall()
    connection.close()
    return found


@pytest.mark.parametrize("durable", [True, False])
def test_of_twenty_writers_none_is_lost_and_none_doubled(served: Served, durable: bool) -> None:
    def write(number: int) -> list[tuple[str, str]]:
        store = open_store(served.store.home)  # as another process would
        done = []
        for count in range(EACH):
            title, name = f"{number} {count}", f"sub{number}x{count}"
            sent = Sent(
                title=title,
                body="",
                version=served.old,
                suggestions=[Suggestion("cats", 0.5)],
                source="api",
            )
            (public,) = keep(store, [sent], durable=durable)
            answer(store, public, name)
            done.append((title, name))
        store.engine.dispose()
        return done

    with ThreadPoolExecutor(WRITERS) as pool:
        done = [pair for pairs in pool.map(write, range(WRITERS)) for pair in pairs]
    kept = rows(
        served.store,
        "SELECT s.title, f.subreddit FROM feedback f JOIN submissions s ON s.id = f.submission",
    )
    assert len(done) == WRITERS * EACH
    assert sorted(kept) == sorted(done)


def test_twenty_callers_at_once_are_each_kept_once(served: Served, api: Api) -> None:
    def ask(number: int) -> list[str]:
        with httpx.Client(base_url=api.client.base_url, timeout=60) as client:
            found = []
            for count in range(EACH):
                posts = [{"title": f"kitten {number} {count}"}]
                said = client.post("/v1/predict", json={"posts": posts}).json()
                found.append(said["predictions"][0]["submission"])
            return found

    with ThreadPoolExecutor(WRITERS) as pool:
        told = [public for publics in pool.map(ask, range(WRITERS)) for public in publics]
    kept = [public for (public,) in rows(served.store, "SELECT public FROM submissions")]
    assert sorted(told) == sorted(kept)
    assert len(set(kept)) == WRITERS * EACH


def test_switches_and_rollbacks_under_load_fail_no_request(
    served: Served, serve: Serve, tmp_path: Path
) -> None:
    """Locust asks as a service would; answers come from the old or the new version, no other."""
    from core.api.app import Options

    api = serve(Options(posts_a_minute=0))
    words = [
        *(sys.executable, "-m", "locust", "--locustfile", str(LOCUSTFILE), "--headless"),
        *("--users", "8", "--spawn-rate", "8", "--run-time", "8s", "--only-summary"),
        *("--host", str(api.client.base_url), "--csv", str(tmp_path / "load")),
    ]
    environment = {**os.environ, "SIGNOFF_TEST_VERSIONS": f"{served.old},{served.new}"}
    load = subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=tmp_path
    )
    seen, moves = set(), 0
    while load.poll() is None:
        with by("bob"):
            if aliases.current(served.store)["production"] == served.old:
                aliases.move(served.store, "production", served.new, expected=served.old)
            else:
                aliases.rollback(served.store, "production")
        moves += 1
        wanted = aliases.current(served.store)["production"]
        wait_until(lambda wanted=wanted: api.version() == wanted)  # type: ignore[misc]
        seen.add(wanted)
    out, _ = load.communicate()
    assert load.returncode == 0, out.decode()
    with (tmp_path / "load_stats.csv").open(encoding="utf-8") as file:
        total = list(csv.DictReader(file))[-1]
    assert total["Name"] == "Aggregated"
    assert int(total["Failure Count"]) == 0
    assert int(total["Request Count"]) > 100
    assert moves >= 2
    assert seen == {served.old, served.new}
