"""The one reader of the environment.

Every variable starts with ``SIGNOFF_``. Two files are read too: ``.env``, see :func:`env_folder`,
and ``[settings]`` of the project's ``signoff.toml``, see :mod:`core.project.file`. The environment
counts more than ``.env``, and that more than ``signoff.toml``.
"""

import getpass
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from core.errors import InputError
from core.network import without_password
from core.paths import anchor_place, expanded
from core.project import file as project_file
from core.toml_files import Document, nearest, said

_ROOT = Path(__file__).resolve().parent.parent
CHECKOUT = _ROOT if (_ROOT / "pyproject.toml").is_file() else None
"""The folder that this source lies in; None where Signoff was installed from a wheel."""
ENV_FILE = ".env"
_ENVIRONMENT_ONLY = {
    "user": "a file does not say who acts",
    "audit_key": "a file does not say who signs",
    "trusted_user_header": "a file does not say whom to believe about who somebody is",
    "reddit_url": "a file does not say where the key to Reddit goes",
    "project": "a file does not say which project it belongs to",
    "ci": "a file does not say where it is read",
}
"""What no file may set, and why."""


def data_folder() -> Path:
    """Where workspaces lie outside of projects, unless SIGNOFF_HOME names another place.

    ``data`` of the checkout; of an installed Signoff, the folder that the operating system has for
    the user's data (on Linux ``~/.local/share/signoff``), whichever folder it is run from.
    """
    if CHECKOUT is not None:
        return CHECKOUT / "data"
    return user_data_path("signoff", appauthor=False)


class Settings(BaseSettings):
    """Where things are, and who is acting."""

    model_config = SettingsConfigDict(
        env_prefix="SIGNOFF_",
        env_file_encoding="utf-8-sig",
        extra="ignore",
        env_ignore_empty=True,
    )

    project: Path | None = None
    """The team's project. Default: the nearest folder, at or above the one where the command is
    run, that holds ``signoff.toml``; None where there is none."""
    home: Path = Field(
        default_factory=lambda given: (
            (given["project"] / "data" if given["project"] else data_folder()) / "workspace"
        )
    )
    """The workspace: database, artifacts, logs, the key of the sealed splits."""
    user: str = ""
    """Who acts, as it is written into every event. Default: the login name."""
    trusted_user_header: str = ""
    """Header in which a proxy names who asks, such as ``X-Forwarded-Email``. Default: none is
    believed. Only where nobody can reach the dashboard but through that proxy: docs/security.md."""
    trusted_address_header: str = ""
    """Header in which a proxy names the address that asks, such as ``X-Forwarded-For``, for the
    demo page's limits. Default: none is believed. docs/demo-page.md."""
    audit_anchor: str = ""
    """Where the head of the audit log is added after each decision, and against which the log is
    verified: ``file:PATH``, ``git:FOLDER`` or an https address. Default: none. docs/security.md."""
    audit_anchor_push: bool = False
    """Whether anchors in a git repository are pushed to its remote, if it has one."""
    audit_key: Path | None = None
    """A file with the Ed25519 key that signs what this process writes into the audit log. Default:
    nothing is signed. docs/security.md."""
    ci: bool = False
    """Whether this is continuous integration: sealed tests are not opened here, and nothing is
    decided. docs/pipeline.md."""
    seal_key: str = Field(default="", repr=False)
    """Base64 key of the sealed test splits. Default: the file ``seal.key`` in the workspace."""
    seal_key_previous: str = Field(default="", repr=False)
    """The key before that one, while ``signoff seal rotate`` replaces it."""
    reddit_client_id: str = ""
    """Of the key that Reddit gave: docs/collecting.md. Posts from files need none."""
    reddit_client_secret: str = Field(default="", repr=False)
    reddit_contact: str = ""
    """Whom Reddit may write to about these requests: a Reddit user or an email address."""
    reddit_url: str = ""
    """Another server that speaks as Reddit does, site and OAuth alike. Default: Reddit's own."""
    dashboard_url: str = ""
    """The address at which people open the dashboard, for links in messages to them. Default: they
    have none."""
    share_workspace: bool = False
    """Whether other accounts may read the workspace, as far as the umask lets them. Default: only
    the one that it belongs to. docs/security.md."""
    keep_text_days: int = Field(default=90, ge=0)
    """Days for which texts that users send are kept; 0: not at all. docs/feedback.md."""
    shared_posts: Path = _ROOT.parent / "shared" / "reddit-top"
    """Real posts for tests and benchmarks; both skip what needs them where they are absent."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What it is made with is what the project says, which counts least."""
        return env_settings, dotenv_settings, init_settings

    @field_validator("project")
    @classmethod
    def _anywhere(cls, folder: Path | None) -> Path | None:
        return folder and expanded(folder).absolute()

    @field_validator("audit_anchor")
    @classmethod
    def _anchored(cls, text: str) -> str:
        place = anchor_place(text) if text else ""
        path = text.removeprefix("file:").removeprefix("git:")
        if place.startswith(("file:", "git:")) and not path.startswith(("/", "~")):
            raise ValueError("Give the full path: commands are run in several folders")
        return place

    @field_validator("dashboard_url")
    @classmethod
    def _opened(cls, text: str) -> str:
        if text and not re.fullmatch(r"https?://[\w.\[\]:-]+(/[\w./~-]*)?", text, re.ASCII):
            raise ValueError("Give the address that browsers open, such as https://example.org")
        return text.rstrip("/")

    @field_validator("*")
    @classmethod
    def _at_home(cls, value: object) -> object:
        return expanded(value) if isinstance(value, Path) else value

    def written(self, home: Path, name: str) -> Path:
        """Where a file lies that people write for the workspace ``home``, such as its policy: of
        the project's workspace in the project, which is under version control; else in it.
        """
        ours = self.project is not None and home.absolute() == self.home.absolute()
        return (self.project if self.project and ours else home) / name

    def as_environment(self) -> dict[str, str]:
        """The variables that give another process these settings, in whichever folder it runs."""
        return {
            f"SIGNOFF_{name}".upper(): str(value.absolute() if isinstance(value, Path) else value)
            for name, value in self
            if name in self.model_fields_set
        }

    @property
    def operator(self) -> str:
        return self.user or _login_name()


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's numeric user has no name
        return "operator"


def env_folder(given: Settings) -> Path:
    """The folder whose ``.env`` is read: the project; outside of one, the folder that holds the
    workspace which the environment names; else the checkout; of an installed Signoff, the folder
    of the user's data. Never the one where a command happens to run, which may be anybody's.

    Args:
        given: what the environment and the project say.
    """
    if given.project:
        return given.project
    if "home" in given.model_fields_set:
        return given.home.absolute().parent
    return CHECKOUT or data_folder()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once. Tests call ``settings.cache_clear()``.

    Raises:
        InputError: one of them cannot be that, or stands in a file that may not set it; or a file
            cannot be read, or belongs to somebody else.
    """
    project = _read().project or project_file.here()
    told = _of_project(project) if project else {}
    given = _read(None, **told)
    file = env_folder(given) / ENV_FILE
    if not file.is_file():
        return given
    _require_ours(file)
    try:
        _require_modest(file)
        return _read(file, **told)
    except UnicodeDecodeError:
        raise InputError(f"{file} is not UTF-8 text", "Save it again in UTF-8.") from None
    except OSError as error:
        raise InputError(
            f"{file} cannot be read: {error.strerror}", "Change its permissions, or move it away."
        ) from error


def secret(name: str) -> str:
    """What a variable holds that a file names instead of holding it; from ``.env`` as well.

    Raises:
        InputError: it is not set, or ``.env`` cannot be read.
    """
    file = env_folder(settings()) / ENV_FILE
    value = os.environ.get(name, "")
    if not value and file.is_file():
        value = DotEnvSettingsSource(Settings, env_file=file).env_vars.get(name.lower()) or ""
    if not value:
        raise InputError(f"{name} is not set", "Set it in the environment, or in .env.")
    return value


def _read(file: Path | None = None, **told: object) -> Settings:
    try:
        return Settings(_env_file=file, **told)  # type: ignore[call-arg, arg-type] # an option of BaseSettings
    except ValidationError as error:
        wrong = error.errors()[0]
        name = f"SIGNOFF_{wrong['loc'][0]}".upper()
        raise InputError(
            f"{name} cannot be {without_password(str(wrong['input']))[:50]!r}",
            f"{wrong['msg']}. Set it again.",
        ) from None


def _of_project(project: Path) -> dict[str, Any]:
    """What the ``[settings]`` of a project say; paths from its folder on.

    Raises:
        InputError: they say what a file may not, or what cannot be.
    """
    file = project / project_file.FILE
    if file.is_file():
        _require_ours(file)
    document = project_file.read(project)
    table = document.tables.get("settings", {})
    if not isinstance(table, dict):
        hint = "Write [settings], and below it lines such as keep_text_days = 30."
        raise document.wrong(("settings",), "settings takes a table", hint)
    told = {name: _told(document, name, value) for name, value in table.items()}
    paths = {name: project / value for name, value in told.items() if isinstance(value, Path)}
    return {**told, **paths, "project": project}


def _told(document: Document, name: str, value: object) -> object:
    """What a line of ``[settings]`` sets, whatever the environment sets."""
    place, variable = ("settings", name), f"SIGNOFF_{name}".upper()
    if name not in Settings.model_fields:
        known = [each for each in Settings.model_fields if _tellable(each)]
        raise document.wrong(place, f"there is no setting {name!r}", nearest(name, known))
    if not _tellable(name) or without_password(str(value)) != str(value):
        why = _ENVIRONMENT_ONLY.get(name, "others read the repository, and the secret with it")
        hint = f"Remove that line, and set {variable} in the environment."
        raise document.wrong(place, f"{name} is set, but {why}", hint)
    try:
        made = Settings.__pydantic_validator__.validate_assignment(
            Settings.model_construct(), name, value
        )
    except ValidationError as error:
        problem = f"{name} cannot be {said(value)}"
        raise document.wrong(place, problem, f"{error.errors()[0]['msg']}.") from None
    return getattr(made, name)


def _tellable(name: str) -> bool:
    """Whether a file of a repository may set it. What is a secret is not shown either."""
    return name not in _ENVIRONMENT_ONLY and Settings.model_fields[name].repr


def _require_modest(file: Path) -> None:
    """The file sets nothing that only the environment may."""
    written = DotEnvSettingsSource(Settings, env_file=file).env_vars
    for field, why in _ENVIRONMENT_ONLY.items():
        name = f"SIGNOFF_{field}".upper()
        if name.lower() in written:
            raise InputError(
                f"{file} sets {name}, but {why}",
                "Remove that line, and set the variable in the environment.",
            )


def _require_ours(file: Path) -> None:
    """In a folder such as /tmp, anybody can put a file beside a workspace."""
    if not hasattr(os, "getuid"):
        return
    trusted = {0, os.getuid(), file.parent.stat().st_uid}
    if file.stat().st_uid not in trusted:
        raise InputError(f"{file} belongs to another user", "Remove it, or work in another folder.")


class Workflow(BaseSettings):
    """What GitHub Actions tells each step of a workflow; elsewhere everything is empty.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """

    model_config = SettingsConfigDict(env_prefix="GITHUB_", extra="ignore", env_ignore_empty=True)

    token: str = Field(default="", repr=False)
    repository: str = ""
    api_url: str = "https://api.github.com"
    server_url: str = "https://github.com"
    event_path: Path | None = None
    """A file with what set the workflow off, as JSON."""
    step_summary: Path | None = None
    """A file to which Markdown is added that is shown with the job."""
    sha: str = ""
    run_id: int = 0
    run_attempt: int = 1
