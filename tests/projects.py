"""A project as a team has it: made by ``signoff init``, in a git repository of its own."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.commands import signoff
from tests.factories import QUICK, make_corpus, write_folder

PIPELINE = f"""
[[step]]
kind = "import"
paths = ["data/posts"]

[[step]]
kind = "snapshot"

[[step]]
kind = "check"

[[step]]
kind = "train"
model = "fasttext"
threads = 1
params = {{ {", ".join(f"{name} = {value}" for name, value in QUICK.items())} }}

[[step]]
kind = "compare"

[[step]]
kind = "drift"

[[step]]
kind = "report"
output = ["reports/report.md"]

[[step]]
kind = "propose"
"""


@dataclass(frozen=True, slots=True)
class Project:
    """``folder``: its repository."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "data" / "workspace"

    def edit(self, old: str, new: str) -> None:
        """Change the pipeline, and commit that."""
        file = self.folder / "signoff.toml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        self.commit(f"{old} -> {new}")

    def commit(self, message: str) -> None:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        for words in (("add", "-A"), (*who, "commit", "-q", "-m", message)):
            subprocess.run(["git", *words], cwd=self.folder, check=True)

    def add_posts(self, *, posts: int, seed: int = 0) -> None:
        """So many of each subreddit in its files; more than before bring new ones."""
        (self.folder / "data").mkdir(exist_ok=True)
        write_folder(self.folder / "data" / "posts", make_corpus(posts=posts, seed=seed))


def make_project(folder: Path, *, posts: int = 60) -> Project:
    """A fresh one. The environment has to name it, see ``SIGNOFF_PROJECT``."""
    assert signoff("init", folder).code == 0
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    project = Project(folder)
    (folder / "signoff.toml").write_text(PIPELINE)
    project.add_posts(posts=posts)
    project.commit("Begin")
    return project
