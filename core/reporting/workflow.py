"""Where a report is posted: the pull request, commit and run of the workflow that runs."""

import re
from dataclasses import dataclass

import orjson
from pydantic import ValidationError

from core.errors import InputError
from core.network import is_loopback
from core.reporting.github import GitHub
from core.reporting.posting import Run
from core.settings import Workflow

_REPOSITORY = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)
_DOCUMENTED = "docs/pull-requests.md says what a workflow needs."


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """``pull``: None where the run is of none. ``commit``: empty where it is not known; of a pull
    request its newest, not the one that GitHub merges to try it. ``url``: of the run; empty: none.
    """

    github: GitHub
    pull: int | None
    commit: str
    run: Run
    url: str


def read() -> Workflow:
    """What this process's environment says of the workflow that it runs in.

    Raises:
        InputError: some of it makes no sense.
    """
    try:
        return Workflow()
    except ValidationError as error:
        name = f"GITHUB_{error.errors()[0]['loc'][0]}".upper()
        raise InputError(f"{name} makes no sense", _DOCUMENTED) from None


def place(workflow: Workflow, *, pull: int | None = None) -> Place:
    """Where the report of this run goes.

    Args:
        pull: the number of a pull request; None: the one that set the workflow off, if one did.

    Raises:
        InputError: no token or repository is given, GitHub's address is not one of https, or what
            set the workflow off cannot be read.
    """
    for name in ("token", "repository"):
        if not getattr(workflow, name):
            raise InputError(f"GITHUB_{name.upper()} is not set", _DOCUMENTED)
    if not _REPOSITORY.fullmatch(workflow.repository):
        raise InputError("GITHUB_REPOSITORY is not OWNER/NAME", _DOCUMENTED)
    _require_encrypted(workflow.api_url)
    event = _event(workflow)
    found = event.get("pull_request")
    of_event = found if isinstance(found, dict) else {}
    number = of_event.get("number") if pull is None else pull
    head = of_event.get("head")
    own = number == of_event.get("number") and isinstance(head, dict)
    commit = str(head.get("sha") or "") if own and isinstance(head, dict) else workflow.sha
    run = f"{workflow.server_url}/{workflow.repository}/actions/runs/{workflow.run_id}"
    return Place(
        github=GitHub(workflow.api_url.rstrip("/"), workflow.repository, workflow.token),
        pull=number if isinstance(number, int) else None,
        commit=commit,
        run=Run(workflow.run_id, workflow.run_attempt),
        url=run if workflow.run_id else "",
    )


def _require_encrypted(address: str) -> None:
    scheme, _, rest = address.partition("://")
    host = rest.partition("/")[0].rpartition(":")[0] or rest.partition("/")[0]
    if scheme != "https" and not (scheme == "http" and is_loopback(host.strip("[]"))):
        raise InputError(
            "GITHUB_API_URL is not an https address",
            "The token goes there, so it must be encrypted.",
        )


def _event(workflow: Workflow) -> dict[str, object]:
    if workflow.event_path is None:
        return {}
    try:
        found = orjson.loads(workflow.event_path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        raise InputError("GITHUB_EVENT_PATH names no readable JSON", _DOCUMENTED) from None
    return found if isinstance(found, dict) else {}
