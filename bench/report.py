"""What a benchmark found, as Markdown: printed, and with ``--write`` kept in RESULTS.md."""

import argparse
import re
import shlex
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from core.executions.environment import environment

RESULTS = Path(__file__).with_name("RESULTS.md")
HEAD = """# Results

Each section is written by the command that it names (`--write`), in one run on one machine. Ratios
carry over to other machines; seconds do not.
"""
OURS = ("fasttext-community", "numpy", "scipy")
"""Packages of our own environment that the figures depend on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One benchmark's answer: what was measured and how, the table, the budget and the verdict.

    ``peers`` gives each package that is not ours its version.
    """

    title: str
    text: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    verdict: str
    peers: Mapping[str, str] = field(default_factory=dict)


def parser(description: str | None, *, repeats: int) -> argparse.ArgumentParser:
    """The options that all benchmarks share."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--repeats", type=int, default=repeats, help="default: %(default)s")
    made.add_argument("--write", action="store_true", help=f"keep the table in {RESULTS.name}")
    return made


def publish(section: Section, *, write: bool) -> None:
    """Print the section, and keep it if asked to."""
    text = as_markdown(section)
    sys.stdout.write(f"{text}\n")
    if write:
        before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else HEAD
        RESULTS.write_text(replaced(before, text), encoding="utf-8")


def as_markdown(section: Section) -> str:
    """The section as it stands in RESULTS.md."""
    lines = [section.columns, ["---"] + ["--:"] * (len(section.columns) - 1), *section.rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    versions = "".join(f", {name} {version}" for name, version in section.peers.items())
    measured = f"{datetime.now(UTC):%Y-%m-%d} · `{_command()}` · {machine()}{versions}"
    return f"## {section.title}\n\n{section.text}\n\n{table}\n\n{section.verdict}\n\n{measured}\n"


def replaced(text: str, section: str) -> str:
    """``text`` with the section of the same title replaced, or added at its end."""
    title = section.partition("\n")[0]
    head, *sections = re.split(r"(?m)^(?=## )", text)
    titles = [other.partition("\n")[0] for other in sections]
    if title in titles:
        sections[titles.index(title)] = section
    else:
        sections.append(section)
    return "\n".join(part.strip("\n") + "\n" for part in (head, *sections))


def machine() -> str:
    """Processor, cores, memory, Python, and our own packages that the figures depend on."""
    where = environment()
    memory = psutil.virtual_memory().total / 2**30
    found = [
        where["cpu"],
        f"{where['cores']} cores",
        f"{memory:.0f} GiB",
        f"Python {where['python']}",
        *(f"{name} {where['packages'][name]}" for name in OURS),
    ]
    return ", ".join(found)


def seconds(found: Sequence[float]) -> str:
    """Median, and lowest to highest where there were several."""
    middle = f"{statistics.median(found):.2f} s"
    return middle if len(found) < 2 else f"{middle} ({min(found):.2f}–{max(found):.2f})"


def verdict(measured: float, limit: float, unit: str) -> str:
    """The budget in a sentence."""
    said = "kept" if measured <= limit else "**missed**"
    return f"Budget: at most {limit:g} {unit}. Measured: {measured:.2f} {unit}, {said}."


def _command() -> str:
    main = sys.modules["__main__"].__spec__
    words = [word for word in sys.argv[1:] if word != "--write"]
    return shlex.join(["python", "-m", main.name if main else "bench", *words])
