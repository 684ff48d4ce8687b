"""What becomes of a command's output never changes what its exit code says of what it did."""

import errno
import io
import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

import httpx
import pytest
from _pytest.mark import ParameterSet
from hypothesis import given
from hypothesis import strategies as st

from core.access.members import people, tokens
from core.cli.streams import Stream, guarded
from core.safe_text import in_ascii
from tests.commands import LIMIT_SECONDS, SIGNOFF, signoff
from tests.conftest import Road
from tests.core.api.test_nothing_lost import free_port
from tests.core.serving.conftest import Served, served
from tests.core.serving.test_process import wait_until

__all__ = ["served"]

ACTS = [
    ("users", "set", "zoe@example.com", "reviewer"),
    ("users", "set", "zoe@example.com", "reviewer", "--json"),
    ("release", "propose", "5", "--note", "ünïcode – ±"),
    ("release", "policy", "--init"),
    ("topics", "3", "--write"),
    ("compare", "3", "5"),
    ("compare", "3", "5", "--json"),
    ("db", "backup", "--json"),
    ("audit", "verify"),
    ("audit", "export", "log.jsonl"),
    ("feedback", "export", "--output", "answers.csv", "--format", "csv"),
]
LOOKS = [
    ("--help",),
    ("--version",),
    ("train", "--help"),
    ("executions", "list"),
    ("executions", "list", "--json"),
    ("executions", "show", "3"),
    ("snapshot", "list"),
    ("snapshot", "show", "small"),
    ("subreddits", "list"),
    ("release", "policy"),
    ("release", "list"),
    ("alias", "list"),
    ("ledger", "plan"),
    ("audit", "export"),
    ("topics", "3"),
    ("users", "list"),
]
FULL, CUT = errno.ENOSPC, errno.EPIPE


class _Refusing(io.RawIOBase):
    """A file that takes nothing."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def writable(self) -> bool:
        return True

    def write(self, _content: object) -> int:
        raise OSError(self._number, os.strerror(self._number))


def refusing(number: int) -> TextIO:
    return _Unclosed(io.BufferedWriter(_Refusing(number)), encoding="utf-8")


class _Unclosed(io.TextIOWrapper):
    """Python closes it in the end, and would complain here of what it still holds."""

    def close(self) -> None:
        pass


def ascii_only() -> TextIO:
    return io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)


def content(stream: TextIO) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("ascii")


def more(cases: Sequence[object]) -> list[ParameterSet]:
    """For the slow tests: each takes a sixth of a second, and there are many."""
    return [pytest.param(case, marks=pytest.mark.slow) for case in cases]


BROKEN: dict[str, Callable[[], TextIO | None]] = {
    "closed": lambda: None,
    "full": lambda: refusing(FULL),
    "cut": lambda: refusing(CUT),
}


@pytest.mark.parametrize("broken", ["full", *more(["closed", "cut"])])
@pytest.mark.parametrize("words", ACTS, ids=" ".join)
def test_what_was_done_is_done(road: Road, words: tuple[str, ...], broken: str) -> None:
    outcome = signoff(*words, out=BROKEN[broken]())
    assert outcome.code == 0, outcome
    assert outcome.err.startswith("Done, but the output could not be written to stdout ("), outcome
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("words", [*LOOKS[:4], *more(LOOKS[4:])], ids=" ".join)
def test_what_was_only_to_be_shown_has_failed(road: Road, words: tuple[str, ...]) -> None:
    signoff("users", "set", "zoe@example.com", "reviewer")
    for name, code in (("closed", 1), ("full", 1), ("cut", 0)):
        outcome = signoff(*words, out=BROKEN[name]())
        assert outcome.code == code, (name, outcome)
        said = outcome.err.splitlines()
        if code:
            assert len(said) == 1, outcome
            assert said[0].startswith("The output could not be written to stdout ("), outcome
        else:
            assert not said


@pytest.mark.parametrize("words", [ACTS[1], LOOKS[0], *more([*ACTS, *LOOKS])], ids=" ".join)
def test_a_stream_without_most_characters_is_no_error(road: Road, words: tuple[str, ...]) -> None:
    out, err = ascii_only(), ascii_only()
    outcome = signoff(*words, out=out, err=err)
    assert (outcome.code, content(err)) == (0, ""), content(err)
    if "--json" in words:
        json.loads(content(out))


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_stderr_changes_nothing(road: Road, broken: str) -> None:
    refused = signoff("executions", "show", 99, err=BROKEN[broken]())
    assert (refused.code, refused.out) == (1, "")
    assert signoff("train", err=BROKEN[broken]()).code == 2
    made = signoff("tokens", "create", "ci", "--role", "viewer", err=BROKEN[broken]())
    assert (made.code, len(made.out.splitlines())) == (0, 1)
    assert signoff("users", "list", out=BROKEN[broken](), err=BROKEN[broken]()).code in {0, 1}


def test_what_could_not_be_shown_is_said_on_stderr(road: Road) -> None:
    outcome = signoff("users", "set", "zoe@example.com", "reviewer", out=refusing(FULL))
    assert outcome.err.splitlines() == [
        "Done, but the output could not be written to stdout (No space left on device). It was:",
        "ada granted zoe@example.com the role reviewer",
    ]
    assert [one.name for one in people(road.store)] == ["zoe@example.com"]


@pytest.mark.parametrize("as_json", [False, True])
def test_a_secret_is_never_repeated_elsewhere(road: Road, as_json: bool) -> None:
    words = ["tokens", "create", "ci", "--role", "viewer", *(["--json"] if as_json else [])]
    outcome = signoff(*words, out=refusing(FULL))
    assert outcome.code == 0
    assert "Revoke the token, and create another." in outcome.err
    assert "signoff_" not in outcome.err
    assert '"secret"' not in outcome.err
    assert [one.name for one in tokens(road.store)] == ["ci"]


def test_an_error_stays_an_error(road: Road) -> None:
    outcome = signoff("executions", "show", 99, out=refusing(FULL))
    assert (outcome.code, len(outcome.err.splitlines())) == (1, 1)
    assert "no execution #99" in outcome.err


def test_signs_of_another_encoding_say_the_same(road: Road) -> None:
    signoff("release", "propose", 5, "--note", "naïve – 😀")
    out = ascii_only()
    assert signoff("release", "show", 5, "--json", out=out).code == 0
    assert json.loads(content(out)) == signoff("release", "show", 5, "--json").json
    out = ascii_only()
    assert signoff("release", "show", 5, out=out).code == 0
    assert r"na\xefve - \U0001f600" in content(out)
    out = ascii_only()
    assert signoff("audit", "export", out=out).code == 0
    whole = signoff("audit", "export").out.splitlines()
    assert [json.loads(line) for line in content(out).splitlines()] == list(map(json.loads, whole))


@given(st.text(), st.sampled_from(["ascii", "latin-1", "cp1252", "koi8-r", "shift_jis", "utf-8"]))
def test_any_text_is_written_to_any_stream(text: str, encoding: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        written = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
        patch.setattr("sys.stdout", written)
        with guarded() as output:
            print(text)  # noqa: T201 - it is what is tested
            print("end")  # noqa: T201
            assert output.ended(0) == 0
    buffer = written.buffer
    assert isinstance(buffer, io.BytesIO)
    assert buffer.getvalue().decode(encoding).endswith("\nend\n")


@given(st.text() | st.dictionaries(st.text(), st.text()))
def test_a_document_in_ascii_says_the_same(value: object) -> None:
    document = json.dumps(value, ensure_ascii=False)
    assert in_ascii(document).isascii()
    assert json.loads(in_ascii(document)) == value


@given(st.lists(st.text()), st.sampled_from([FULL, CUT, errno.EIO]))
def test_a_stream_never_fails(texts: list[str], number: int) -> None:
    stream = Stream(refusing(number))
    for text in texts:
        assert stream.write(text) == len(text)
        stream.flush()
    stream.writelines(texts)
    assert (stream.failure is None) == (not "".join(texts))


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line.replace("signoff ", f"{SIGNOFF} ")],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        env={**os.environ, **environment},
        cwd=os.environ["HOME"],
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("signoff users set zoe@example.com reviewer >&-", 0),
        ("signoff users set zoe@example.com reviewer >/dev/full", 0),
        ("signoff users set zoe@example.com reviewer --json >/dev/full 2>/dev/full", 0),
        ("signoff users set zoe@example.com reviewer <&- >&- 2>&-", 0),
        ("set -o pipefail; signoff users set zoe@example.com reviewer | true", 0),
        ("set -o pipefail; signoff executions list | head -1", 0),
        ("signoff executions list >/dev/full", 1),
        ("signoff executions list --json >&-", 1),
        ("signoff --version >/dev/full", 1),
        ("signoff executions show 99 >/dev/full 2>/dev/full", 1),
        ("signoff train --snapshot >/dev/full 2>&-", 2),
    ],
)
def test_in_a_process_of_its_own(road: Road, line: str, code: int) -> None:
    ended = shell(line)
    assert ended.returncode == code, ended
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr


@pytest.mark.slow
def test_nothing_is_written_into_a_file_that_has_the_number_of_stdout(road: Road) -> None:
    trained = "signoff train --snapshot small --model fasttext --param epoch=1 --json"
    ended = shell(f"{trained} <&- >&- 2>&-")
    assert ended.returncode == 0, ended
    assert json.loads(shell("signoff audit verify --json").stdout)["ok"]


@pytest.mark.slow
def test_an_ascii_environment(road: Road) -> None:
    for environment in (
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ):
        for line in ("signoff compare 3 5", "signoff --help"):
            ended = shell(line, **environment)
            assert (ended.returncode, ended.stderr) == (0, ""), ended


def test_a_home_that_the_encoding_cannot_name_is_told(tmp_path: Path) -> None:
    err = ascii_only()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIGNOFF_HOME", str(tmp_path / "größe"))
        assert signoff("users", "list", err=err).code == 1
    assert r"gr\xf6\xdfe" in content(err)


@pytest.mark.slow
@pytest.mark.parametrize("broken", [">&- 2>&- <&-", ">/dev/full 2>/dev/full"])
def test_a_server_serves_whatever_its_streams_are(served: Served, broken: str) -> None:
    port = free_port()
    line = f"exec {SIGNOFF} serve --port {port} {broken}"
    with subprocess.Popen(["bash", "-c", line], cwd=os.environ["HOME"]) as process:
        address = f"http://127.0.0.1:{port}/readyz"
        try:
            wait_until(lambda: process.poll() is not None or answers(address))
            assert answers(address)
        finally:
            process.terminate()


def answers(address: str) -> bool:
    try:
        return httpx.get(address).status_code == 200
    except httpx.TransportError:
        return False
