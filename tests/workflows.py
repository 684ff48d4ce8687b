"""Workflows run step by step, as GitHub's runner does: in a clean checkout, with bash."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.commands import SIGNOFF

_PLACEHOLDER = re.compile(r"\$\{\{\s*([\w.]+)\s*\}\}")
_HASH = re.compile(r"hashFiles\('([^']+)'\)")
_NAME = re.compile(r"(?<!['\w])(?:github|steps|inputs)\.[\w.]+")


@dataclass(slots=True)
class Runner:
    """``repository``: what is checked out. ``folder``: empty; everything happens there. ``cache``:
    what is kept from run to run. ``given``: ``github.event_name``, ``inputs.set`` and so on.
    """

    repository: Path
    folder: Path
    cache: Path
    given: dict[str, str]
    environment: Mapping[str, str]
    ran: list[str] = field(default_factory=list)
    output: str = ""

    @property
    def work(self) -> Path:
        """The checkout."""
        return self.folder / "work"

    def run(self, workflow: Path) -> int:
        """Run the only job of a workflow; the exit code of the first step that fails, else 0.

        Steps that are to run ``always()`` run then, too.
        """
        (job,) = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values()
        failed = 0
        for step in job["steps"]:
            condition = step.get("if", "")
            if (failed and "always()" not in condition) or not self._holds(condition):
                continue
            self.ran.append(step.get("name") or step["uses"].partition("@")[0])
            code = self._do(step, job.get("env", {}))
            failed = failed or code
        return failed

    def _do(self, step: Mapping[str, Any], environment: Mapping[str, str]) -> int:
        if "uses" in step:
            self._use(step["uses"].partition("@")[0], step.get("with", {}))
            return 0
        if step["run"].startswith("python -m pip install"):
            return 0  # it is installed
        outputs = self.folder / "outputs"
        own = {name: self._filled(text) for name, text in step.get("env", {}).items()}
        made = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.work,
            env={
                "PATH": f"{SIGNOFF.parent}:{os.environ['PATH']}",
                "HOME": str(self.folder),
                **self.environment,
                **environment,
                **own,
                "GITHUB_OUTPUT": str(outputs),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.output += made.stdout
        if outputs.exists() and "id" in step:
            for line in outputs.read_text(encoding="utf-8").splitlines():
                name, _, value = line.partition("=")
                self.given[f"steps.{step['id']}.outputs.{name}"] = value
        return made.returncode

    def _use(self, action: str, given: Mapping[str, str]) -> None:
        match action:
            case "actions/checkout":
                words = ["git", "clone", "-q", str(self.repository), str(self.work)]
                subprocess.run(words, check=True)
            case "actions/cache/restore" if self.cache.exists():
                shutil.copytree(self.cache, self.work / given["path"])
            case "actions/cache/save":
                shutil.rmtree(self.cache, ignore_errors=True)
                shutil.copytree(self.work / given["path"], self.cache)

    def _holds(self, condition: str) -> bool:
        if not condition:
            return True
        text = condition.replace("&&", " and ").replace("||", " or ").replace("always()", "True")
        text = _HASH.sub(lambda found: repr(str((self.work / found[1]).exists() or "")), text)
        text = _NAME.sub(lambda found: repr(self.given.get(found[0], "")), text)
        return bool(eval(text, {"__builtins__": {}}))  # noqa: S307 - our own workflow

    def _filled(self, text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: self.given.get(found[1], ""), str(text))
