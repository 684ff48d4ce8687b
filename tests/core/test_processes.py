"""How many cores a process may use, read from files that stand in for the kernel's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core import processes
from core.processes import cores

MACHINE = 8


class Cgroups:
    """Writes a process's membership and the limits of its control groups."""

    def __init__(self, folder: Path) -> None:
        self.membership = folder / "cgroup"
        self.root = folder / "fs"

    def member(self, *lines: str) -> None:
        self.membership.write_text("\n".join(lines) + "\n")

    def v2(self, group: str, quota: str) -> None:
        self._write(group, "cpu.max", quota)

    def v1(self, group: str, quota: str, period: str) -> None:
        self._write(group, "cpu.cfs_quota_us", quota)
        self._write(group, "cpu.cfs_period_us", period)

    def _write(self, group: str, name: str, text: str) -> None:
        folder = self.root / group
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text + "\n")


@pytest.fixture
def cgroups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cgroups:
    made = Cgroups(tmp_path)
    monkeypatch.setattr(processes, "_MEMBERSHIP", made.membership)
    monkeypatch.setattr(processes, "_CGROUPS", made.root)
    monkeypatch.setattr(processes.os, "sched_getaffinity", lambda _: set(range(MACHINE)))
    monkeypatch.setattr(processes.os, "cpu_count", lambda: 64)
    return made


def test_without_control_groups_the_affinity_counts(cgroups: Cgroups) -> None:
    assert cores() == MACHINE


def test_without_an_affinity_the_machine_counts(
    cgroups: Cgroups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(processes.os, "sched_getaffinity")
    assert cores() == 64
    monkeypatch.setattr(processes.os, "cpu_count", lambda: None)
    assert cores() == 1


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("max 100000", MACHINE),
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("5000 100000", 1),
        ("50000 25000", 2),
        ("6400000 100000", MACHINE),
        ("", MACHINE),
        ("0 0", MACHINE),
    ],
)
def test_a_limit_of_version_2_counts(cgroups: Cgroups, quota: str, expected: int) -> None:
    cgroups.member("0::/")
    cgroups.v2(".", quota)
    assert cores() == expected


def test_the_tightest_group_on_the_way_up_counts(cgroups: Cgroups) -> None:
    cgroups.member("0::/team/job")
    cgroups.v2("team/job", "max 100000")
    assert cores() == MACHINE
    cgroups.v2("team", "300000 100000")
    assert cores() == 3
    cgroups.v2("team/job", "100000 100000")
    assert cores() == 1


def test_a_path_that_only_the_host_knows_leaves_the_containers_own_group(cgroups: Cgroups) -> None:
    for path in ("/docker/4f2a", "/../other"):
        cgroups.member(f"0::{path}")
        cgroups.v2(".", "400000 100000")
        assert cores() == 4


@pytest.mark.parametrize(
    ("quota", "period", "expected"),
    [("-1", "100000", MACHINE), ("250000", "100000", 3), ("1000", "100000", 1)],
)
@pytest.mark.parametrize("controllers", ["cpu", "cpu,cpuacct"])
def test_a_quota_of_version_1_counts(
    cgroups: Cgroups, controllers: str, quota: str, period: str, expected: int
) -> None:
    cgroups.member("5:memory:/job", f"4:{controllers}:/job", "3:cpuset:/")
    cgroups.v1(f"{controllers}/job", quota, period)
    assert cores() == expected


def test_with_both_versions_the_tighter_counts(cgroups: Cgroups) -> None:
    cgroups.member("1:cpu:/", "0::/")
    cgroups.v1("cpu", "500000", "100000")
    cgroups.v2("unified", "300000 100000")
    assert cores() == 3


def test_this_machine_has_at_least_one() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)


PROGRAM = """
import operator
from core.processes import fresh_context, keep_modules_safe

if __name__ == "__main__":
    keep_modules_safe()
    with fresh_context(preload="core.text").Pool(1) as pool:
        print(pool.apply(operator.neg, (3,)))
"""


def test_a_file_of_the_working_directory_is_no_module_in_a_fresh_process(tmp_path: Path) -> None:
    for name in ("core", "multiprocessing"):
        (tmp_path / f"{name}.py").write_text(f"raise RuntimeError('the wrong {name}')\n")
    program = tmp_path / "elsewhere" / "program.py"
    program.parent.mkdir()
    program.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("-3\n", "")
